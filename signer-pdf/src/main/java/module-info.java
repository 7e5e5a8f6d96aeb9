/** PDF signatures. {@link io.github.hsmsigner.pdf.PdfSigner} is the entry point. */
@SuppressWarnings({"module", "requires-automatic"})
module io.github.hsmsigner.pdf {
    requires transitive io.github.hsmsigner.core;
    requires org.apache.pdfbox;
    requires org.apache.pdfbox.io;
    requires static org.jspecify;

    exports io.github.hsmsigner.pdf;
}
