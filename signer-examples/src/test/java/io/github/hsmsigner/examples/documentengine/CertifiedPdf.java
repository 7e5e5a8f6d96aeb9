package io.github.hsmsigner.examples.documentengine;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.util.Calendar;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.cos.COSArray;
import org.apache.pdfbox.cos.COSDictionary;
import org.apache.pdfbox.cos.COSName;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.interactive.digitalsignature.ExternalSigningSupport;
import org.apache.pdfbox.pdmodel.interactive.digitalsignature.PDSignature;

/** PDFs with a certification signature (ISO 32000-2, 12.8.2.2), signed by the signing service. */
final class CertifiedPdf {

    private CertifiedPdf() {}

    /** Certifies with a level of permitted changes: 1 for none, 2 for forms and signatures. */
    static byte[] make(URI signingService, int permittedChanges) throws IOException {
        try (PDDocument document = Loader.loadPDF(SamplePdf.plain())) {
            PDSignature signature = new PDSignature();
            signature.setFilter(PDSignature.FILTER_ADOBE_PPKLITE);
            signature.setSubFilter(SignatureType.CADES.subFilter());
            signature.setSignDate(Calendar.getInstance());
            COSArray references = new COSArray();
            references.add(reference(permittedChanges));
            signature.getCOSObject().setItem(COSName.getPDFName("Reference"), references);
            document.addSignature(signature);

            COSDictionary catalog = document.getDocumentCatalog().getCOSObject();
            COSDictionary permissions = new COSDictionary();
            permissions.setItem(COSName.getPDFName("DocMDP"), signature);
            catalog.setItem(COSName.PERMS, permissions);
            catalog.setNeedToBeUpdated(true);

            ByteArrayOutputStream out = new ByteArrayOutputStream();
            ExternalSigningSupport signing = document.saveIncrementalForExternalSigning(out);
            SignOptions options =
                    SignOptions.parse("{\"signatureType\":\"cades\"}", HashAlgorithm.SHA256, CadesLevel.B_B);
            byte[] contents = signing.getContent().readAllBytes();
            try (HttpPoster http = new HttpPoster()) {
                SigningServiceClient service =
                        SigningServiceClient.of(SigningChain.settings(signingService, true), http);
                signing.setSignature(new Pkcs7ContainerSource(service, options).containerFor(contents));
            }
            return out.toByteArray();
        }
    }

    private static COSDictionary reference(int permittedChanges) {
        COSDictionary parameters = new COSDictionary();
        parameters.setItem(COSName.TYPE, COSName.getPDFName("TransformParams"));
        parameters.setInt(COSName.P, permittedChanges);
        parameters.setItem(COSName.V, COSName.getPDFName("1.2"));
        COSDictionary reference = new COSDictionary();
        reference.setItem(COSName.TYPE, COSName.getPDFName("SigRef"));
        reference.setItem(COSName.getPDFName("TransformMethod"), COSName.getPDFName("DocMDP"));
        reference.setItem(COSName.getPDFName("TransformParams"), parameters);
        return reference;
    }
}
