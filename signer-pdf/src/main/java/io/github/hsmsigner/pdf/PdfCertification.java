package io.github.hsmsigner.pdf;

/** The changes that a certification signature permits afterwards (DocMDP; ISO 32000-2, section 12.8.2.2, table 257). */
public enum PdfCertification {
    /** No changes. */
    NO_CHANGES(1),
    /** Form fields can be filled in, and signatures added. */
    FORM_FILLING(2),
    /** As {@link #FORM_FILLING}; annotations can be added, changed and removed. */
    ANNOTATIONS(3);

    private final int permission;

    PdfCertification(int permission) {
        this.permission = permission;
    }

    /** Returns the value of the entry P. */
    int permission() {
        return permission;
    }
}
