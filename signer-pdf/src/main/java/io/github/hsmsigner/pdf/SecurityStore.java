package io.github.hsmsigner.pdf;

import io.github.hsmsigner.core.CertificateChain;
import io.github.hsmsigner.core.RevocationInfo;
import io.github.hsmsigner.pdf.PdfException.Reason;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.InflaterInputStream;
import org.apache.pdfbox.cos.COSArray;
import org.apache.pdfbox.cos.COSBase;
import org.apache.pdfbox.cos.COSDictionary;
import org.apache.pdfbox.cos.COSName;
import org.apache.pdfbox.cos.COSStream;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.X509CRLHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
import org.bouncycastle.cert.ocsp.BasicOCSPResp;
import org.bouncycastle.cert.ocsp.CertificateID;
import org.bouncycastle.cert.ocsp.OCSPException;
import org.bouncycastle.cert.ocsp.OCSPResp;
import org.bouncycastle.cert.ocsp.SingleResp;
import org.bouncycastle.operator.DigestCalculatorProvider;
import org.bouncycastle.operator.bc.BcDigestCalculatorProvider;

/**
 * The document security store of a document: certificates, OCSP responses and CRLs to validate its signatures with, in the
 * DSS dictionary (ISO 32000-2, section 12.8.4; ETSI EN 319 142-1, section 5.4.2). Used by one thread.
 */
final class SecurityStore {

    private static final COSName DSS = COSName.getPDFName("DSS");
    private static final COSName VRI = COSName.getPDFName("VRI");
    private static final COSName EXTENSIONS = COSName.getPDFName("Extensions");

    /** The largest size of all objects together, decompressed. signer-core fetches CRLs of at most 64 MiB. */
    static final int MAX_SIZE = 128 * 1024 * 1024;

    private static final float PDF_2 = 2.0f;

    private final PDDocument document;
    private final COSDictionary catalog;
    private final COSDictionary dictionary;
    private final StoredObjects certificates;
    private final StoredObjects ocspResponses;
    private final StoredObjects crls;
    private final List<X509Certificate> parsedCertificates = new ArrayList<>();
    private final List<SingleResp> ocspEntries = new ArrayList<>();
    private final Set<X500Name> crlIssuers = new HashSet<>();
    private final DigestCalculatorProvider digests = new BcDigestCalculatorProvider();
    private int size;

    private SecurityStore(PDDocument document, COSDictionary dictionary) throws IOException {
        this.document = document;
        this.catalog = document.getDocumentCatalog().getCOSObject();
        this.dictionary = dictionary;
        this.certificates = new StoredObjects("Certs", "Cert");
        this.ocspResponses = new StoredObjects("OCSPs", "OCSP");
        this.crls = new StoredObjects("CRLs", "CRL");
        certificates.read(bytes -> parsedCertificates.add((X509Certificate)
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(bytes))));
        ocspResponses.read(bytes -> {
            if (new OCSPResp(bytes).getResponseObject() instanceof BasicOCSPResp response) {
                ocspEntries.addAll(List.of(response.getResponses()));
            }
        });
        crls.read(bytes -> crlIssuers.add(new X509CRLHolder(bytes).getIssuer()));
    }

    /** Reads the store of a document; an empty one if it has none. */
    static SecurityStore of(PDDocument document) throws IOException {
        COSDictionary existing = document.getDocumentCatalog().getCOSObject().getCOSDictionary(DSS);
        return new SecurityStore(document, existing == null ? new COSDictionary() : existing);
    }

    /** Returns the name of the entry for a signature: the SHA-1 of its contents (ISO 32000-2, section 12.8.4.4). */
    static COSName entryName(byte[] contents) {
        try {
            return COSName.getPDFName(HexFormat.of()
                    .withUpperCase()
                    .formatHex(MessageDigest.getInstance("SHA-1").digest(contents)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every Java runtime has SHA-1", e);
        }
    }

    /** Returns whether a document has validation data of a signature. */
    static boolean hasEntry(PDDocument document, byte[] contents) {
        COSDictionary store = document.getDocumentCatalog().getCOSObject().getCOSDictionary(DSS);
        COSDictionary entries = store == null ? null : store.getCOSDictionary(VRI);
        return entries != null && entries.getCOSDictionary(entryName(contents)) != null;
    }

    /** Returns the certificates in the store. */
    List<X509Certificate> certificates() {
        return parsedCertificates;
    }

    /** Returns whether the store has revocation information for each certificate of a chain that ends with a root. */
    boolean covers(CertificateChain chain) {
        List<X509Certificate> path = chain.certificates();
        X509Certificate last = path.get(path.size() - 1);
        boolean covered = CertificateChain.issued(last, last);
        for (int i = 0; i < path.size() - 1 && covered; i++) {
            X509Certificate certificate = path.get(i);
            X509Certificate issuer = path.get(i + 1);
            covered = ocspEntries.stream().anyMatch(entry -> names(entry.getCertID(), certificate, issuer))
                    || crlIssuers.contains(holder(issuer).getSubject());
        }
        return covered;
    }

    private boolean names(CertificateID id, X509Certificate certificate, X509Certificate issuer) {
        try {
            return id.getSerialNumber().equals(certificate.getSerialNumber())
                    && id.matchesIssuer(holder(issuer), digests);
        } catch (OCSPException e) {
            return false;
        }
    }

    private static JcaX509CertificateHolder holder(X509Certificate certificate) {
        try {
            return new JcaX509CertificateHolder(certificate);
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("A parsed certificate lost its encoding", e);
        }
    }

    /** Adds the validation data of a signature. */
    void add(byte[] contents, CertificateChain chain, RevocationInfo revocation) throws IOException {
        COSDictionary entries = child(dictionary, VRI);
        COSDictionary entry = child(entries, entryName(contents));
        entry.setItem(COSName.TYPE, VRI);
        for (X509Certificate certificate : chain.certificates()) {
            certificates.add(encoded(certificate), entry);
        }
        for (byte[] response : revocation.ocspResponses()) {
            ocspResponses.add(response, entry);
        }
        for (byte[] crl : revocation.crls()) {
            crls.add(crl, entry);
        }
        dictionary.setItem(COSName.TYPE, DSS);
        catalog.setItem(DSS, catalog.containsKey(DSS) ? catalog.getItem(DSS) : dictionary);
        catalog.setNeedToBeUpdated(true);
        dictionary.setNeedToBeUpdated(true);
        declareExtension();
    }

    private static byte[] encoded(X509Certificate certificate) {
        try {
            return certificate.getEncoded();
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("A parsed certificate lost its encoding", e);
        }
    }

    /** Returns a dictionary in a dictionary, marked as changed. */
    private static COSDictionary child(COSDictionary parent, COSName name) {
        COSDictionary child = parent.getCOSDictionary(name);
        if (child == null) {
            child = new COSDictionary();
            parent.setItem(name, child);
        }
        child.setNeedToBeUpdated(true);
        parent.setNeedToBeUpdated(true);
        return child;
    }

    /** Before PDF 2.0, the store is an extension by ETSI (ETSI EN 319 142-1, section 5.6; ISO 32000-2, section 7.12). */
    private void declareExtension() {
        COSName name = COSName.getPDFName("ESIC");
        COSDictionary extensions = catalog.getCOSDictionary(EXTENSIONS);
        if (document.getVersion() >= PDF_2 || extensions != null && extensions.containsKey(name)) {
            return;
        }
        COSDictionary extension = new COSDictionary();
        extension.setName(COSName.getPDFName("BaseVersion"), "1.7");
        extension.setInt(COSName.getPDFName("ExtensionLevel"), 1);
        extension.setDirect(true);
        child(catalog, EXTENSIONS).setItem(name, extension);
    }

    /** Objects of one kind. Each is in the store once. */
    private final class StoredObjects {

        private final COSName name;
        private final COSName nameInEntry;
        private final Map<ByteBuffer, COSBase> references = new LinkedHashMap<>();

        StoredObjects(String name, String nameInEntry) {
            this.name = COSName.getPDFName(name);
            this.nameInEntry = COSName.getPDFName(nameInEntry);
        }

        /**
         * Reads the objects of the document, each one once. Ignores damaged ones, and filters other than FlateDecode.
         */
        void read(Parser parser) throws IOException {
            COSArray array = dictionary.getCOSArray(name);
            Set<COSStream> seen = Collections.newSetFromMap(new IdentityHashMap<>());
            for (int i = 0; array != null && i < array.size(); i++) {
                if (array.getObject(i) instanceof COSStream stream && seen.add(stream)) {
                    try {
                        byte[] bytes = content(stream);
                        references.putIfAbsent(hash(bytes), array.get(i));
                        parser.parse(bytes);
                    } catch (PdfException e) {
                        throw e;
                    } catch (IOException | CertificateException | OCSPException | RuntimeException e) {
                        // It proves nothing, so what it should prove is fetched again.
                        continue;
                    }
                }
            }
        }

        /** Adds an object to the store and to the entry of a signature. */
        void add(byte[] bytes, COSDictionary entry) throws IOException {
            ByteBuffer hash = hash(bytes);
            COSBase reference = references.get(hash);
            if (reference == null) {
                COSStream stream = document.getDocument().createCOSStream();
                try (OutputStream out = stream.createOutputStream(COSName.FLATE_DECODE)) {
                    out.write(bytes);
                }
                reference = stream;
                references.put(hash, reference);
            }
            append(dictionary, name, reference);
            append(entry, nameInEntry, reference);
        }

        private static void append(COSDictionary owner, COSName name, COSBase reference) {
            COSArray array = owner.getCOSArray(name);
            if (array == null) {
                array = new COSArray();
                owner.setItem(name, array);
            }
            if (array.indexOf(reference) < 0) {
                array.add(reference);
                array.setNeedToBeUpdated(true);
            }
        }
    }

    /** Parses an object. */
    @FunctionalInterface
    private interface Parser {
        void parse(byte[] bytes) throws IOException, CertificateException, OCSPException;
    }

    /** A small PDF can have large objects, because they are compressed. PDFBox would decompress them without a limit. */
    private byte[] content(COSStream stream) throws IOException {
        InputStream raw = stream.createRawInputStream();
        try (InputStream in = stream.getFilters() == null ? raw : new InflaterInputStream(raw)) {
            byte[] bytes = in.readNBytes(MAX_SIZE - size + 1);
            size += bytes.length;
            if (size > MAX_SIZE) {
                throw new PdfException(
                        Reason.DAMAGED, "The validation data of the PDF has more than " + MAX_SIZE + " bytes.");
            }
            return bytes;
        }
    }

    private static ByteBuffer hash(byte[] bytes) {
        try {
            return ByteBuffer.wrap(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every Java runtime has SHA-256", e);
        }
    }
}
