package io.github.hsmsigner.examples.documentengine;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Map;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.cms.Attribute;
import org.bouncycastle.asn1.cms.AttributeTable;
import org.bouncycastle.asn1.cms.CMSAttributes;
import org.bouncycastle.asn1.ess.ESSCertIDv2;
import org.bouncycastle.asn1.ess.SigningCertificateV2;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.cert.jcajce.JcaCertStore;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
import org.bouncycastle.cms.CMSAttributeTableGenerator;
import org.bouncycastle.cms.CMSException;
import org.bouncycastle.cms.CMSProcessableByteArray;
import org.bouncycastle.cms.CMSSignedDataGenerator;
import org.bouncycastle.cms.DefaultSignedAttributeTableGenerator;
import org.bouncycastle.cms.SignerInfoGenerator;
import org.bouncycastle.cms.SignerInfoGeneratorBuilder;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.DefaultSignatureAlgorithmIdentifierFinder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;

/**
 * Assembles the container here, around a bare signature of the signing service over the signed attributes.
 *
 * <p>The attributes are content-type, message-digest, CMSAlgorithmProtection, signing-certificate-v2 and, for {@code cms} only,
 * signing-time: a PAdES signature's time stands in the PDF alone (EN 319 142-1).
 */
final class RawContainerSource implements ContainerSource {

    private final SigningServiceClient service;
    private final SignOptions options;

    RawContainerSource(SigningServiceClient service, SignOptions options) {
        this.service = service;
        this.options = options;
    }

    @Override
    public byte[] containerFor(byte[] contents) {
        ServiceCertificates certificates = service.certificates();
        try {
            CMSSignedDataGenerator generator = new CMSSignedDataGenerator();
            generator.addSignerInfoGenerator(signerInfo(certificates.signer()));
            generator.addCertificates(new JcaCertStore(certificates.all()));
            return generator
                    .generate(new CMSProcessableByteArray(contents), false)
                    .getEncoded(ASN1Encoding.DER);
        } catch (CMSException | OperatorCreationException | CertificateEncodingException e) {
            throw ApiException.badGateway("No container can be made with the signing service's certificates.", e);
        } catch (IOException e) {
            throw new UncheckedIOException("Encoding in memory failed", e);
        }
    }

    private SignerInfoGenerator signerInfo(X509Certificate certificate)
            throws OperatorCreationException, CertificateEncodingException {
        return new SignerInfoGeneratorBuilder(new JcaDigestCalculatorProviderBuilder().build())
                .setContentDigest(options.hash().identifier())
                .setSignedAttributeGenerator(signedAttributes(certificate))
                .build(new RemoteSigner(certificate), new JcaX509CertificateHolder(certificate));
    }

    private CMSAttributeTableGenerator signedAttributes(X509Certificate certificate)
            throws CertificateEncodingException {
        ESSCertIDv2 id =
                new ESSCertIDv2(options.hash().identifier(), options.hash().hash(certificate.getEncoded()));
        Attribute signingCertificate = new Attribute(
                PKCSObjectIdentifiers.id_aa_signingCertificateV2, new DERSet(new SigningCertificateV2(id)));
        return parameters -> attributes(parameters, signingCertificate);
    }

    private AttributeTable attributes(@SuppressWarnings("rawtypes") Map parameters, Attribute signingCertificate) {
        AttributeTable attributes = new DefaultSignedAttributeTableGenerator()
                .getAttributes(parameters)
                .add(signingCertificate.getAttrType(), signingCertificate.getAttributeValues()[0]);
        return options.type() == SignatureType.CADES ? attributes.remove(CMSAttributes.signingTime) : attributes;
    }

    /** Collects the signed attributes and has the signing service sign them. */
    private final class RemoteSigner implements ContentSigner {

        private final AlgorithmIdentifier algorithm;
        private final ByteArrayOutputStream signedAttributes = new ByteArrayOutputStream();

        RemoteSigner(X509Certificate certificate) {
            String keyAlgorithm = certificate.getPublicKey().getAlgorithm();
            String name =
                    options.hash().ofDss().getName() + "with" + (keyAlgorithm.equals("EC") ? "ECDSA" : keyAlgorithm);
            try {
                this.algorithm = new DefaultSignatureAlgorithmIdentifierFinder().find(name);
            } catch (IllegalArgumentException e) {
                throw ApiException.badRequest("There is no signature algorithm " + name + ".", e);
            }
        }

        @Override
        public AlgorithmIdentifier getAlgorithmIdentifier() {
            return algorithm;
        }

        @Override
        public OutputStream getOutputStream() {
            return signedAttributes;
        }

        @Override
        public byte[] getSignature() {
            return service.sign(signedAttributes.toByteArray(), options);
        }
    }
}
