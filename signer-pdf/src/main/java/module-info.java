/** PDF signatures. {@link io.github.hsmsigner.pdf.PdfSigner} is the entry point. */
@SuppressWarnings({"module", "requires-automatic", "requires-transitive-automatic"})
module io.github.hsmsigner.pdf {
    requires transitive io.github.hsmsigner.core;
    // PDFBox needs the next two, and automatic modules do not declare what they require.
    requires java.desktop;
    requires org.apache.commons.logging;
    requires transitive org.apache.pdfbox;
    requires transitive org.apache.pdfbox.io;
    requires org.bouncycastle.util;
    requires static org.jspecify;

    exports io.github.hsmsigner.pdf;
}
