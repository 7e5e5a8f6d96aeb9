package io.github.hsmsigner.core.cms;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.github.hsmsigner.core.ContainerFormat;
import io.github.hsmsigner.core.ContainerParameters;
import io.github.hsmsigner.core.Digest;
import io.github.hsmsigner.core.DigestAlgorithm;
import io.github.hsmsigner.core.PreparedContainer;
import io.github.hsmsigner.core.RevocationInfo;
import io.github.hsmsigner.core.SignatureAlgorithm;
import io.github.hsmsigner.core.TestKeys;
import io.github.hsmsigner.testing.TestPki;
import java.lang.management.ManagementFactory;
import java.math.BigInteger;
import java.security.KeyPair;
import java.time.Instant;
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.cms.Attribute;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.cert.X509CRLHolder;
import org.bouncycastle.cert.X509v2CRLBuilder;
import org.bouncycastle.cert.ocsp.BasicOCSPRespBuilder;
import org.bouncycastle.cert.ocsp.CertificateID;
import org.bouncycastle.cert.ocsp.CertificateStatus;
import org.bouncycastle.cert.ocsp.OCSPResp;
import org.bouncycastle.cert.ocsp.OCSPRespBuilder;
import org.bouncycastle.cert.ocsp.jcajce.JcaBasicOCSPRespBuilder;
import org.bouncycastle.cert.ocsp.jcajce.JcaCertificateID;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;
import org.junit.jupiter.api.Test;

class RevocationInfoAttributeTest {

    private static final ASN1ObjectIdentifier REVOCATION_INFO_ARCHIVAL =
            new ASN1ObjectIdentifier("1.2.840.113583.1.1.8");
    private static final KeyPair ISSUER = TestPki.rsaKeyPair(2048);
    private static final Digest CONTENT = Digest.compute(DigestAlgorithm.SHA256, new byte[] {1});

    private static X509CRLHolder crl() throws Exception {
        return crl(0);
    }

    private static X509CRLHolder crl(int entries) throws Exception {
        X509v2CRLBuilder builder = new X509v2CRLBuilder(new X500Name("CN=Issuer"), new Date());
        for (int i = 1; i <= entries; i++) {
            builder.addCRLEntry(BigInteger.TWO.pow(100).add(BigInteger.valueOf(i)), new Date(), CRLReason.superseded);
        }
        builder.setNextUpdate(Date.from(Instant.now().plusSeconds(3600)));
        return builder.build(issuer());
    }

    private static OCSPResp ocspResponse() throws Exception {
        BasicOCSPRespBuilder builder = new JcaBasicOCSPRespBuilder(
                ISSUER.getPublic(),
                new JcaDigestCalculatorProviderBuilder().build().get(CertificateID.HASH_SHA1));
        builder.addResponse(
                new JcaCertificateID(
                        new JcaDigestCalculatorProviderBuilder().build().get(CertificateID.HASH_SHA1),
                        TestKeys.PKI.intermediate(),
                        TestKeys.chain().signer().getSerialNumber()),
                CertificateStatus.GOOD);
        return new OCSPRespBuilder().build(OCSPRespBuilder.SUCCESSFUL, builder.build(issuer(), null, new Date()));
    }

    private static ContentSigner issuer() throws Exception {
        return new JcaContentSignerBuilder("SHA256withRSA").build(ISSUER.getPrivate());
    }

    @Test
    void cmsContainersCarryItSignedAndCadesContainersDoNot() throws Exception {
        byte[] crl = crl().getEncoded();
        byte[] ocsp = ocspResponse().getEncoded();
        CmsContainerBuilder containers = CmsContainerBuilder.builder()
                .revocationInfo((chain, deadline) -> new RevocationInfo(List.of(ocsp), List.of(crl)))
                .build();

        Attribute attribute = signedAttribute(containers, ContainerFormat.CMS);
        String value = HexFormat.of()
                .formatHex(attribute.getAttributeValues()[0].toASN1Primitive().getEncoded(ASN1Encoding.DER));
        // SEQUENCE { [0] SEQUENCE OF CRL, [1] SEQUENCE OF OCSPResponse }
        assertThat(value)
                .matches("3082....a082....3082....%s a182....3082....%s"
                        .replace(" ", "")
                        .formatted(HexFormat.of().formatHex(crl), HexFormat.of().formatHex(ocsp)));
        assertThat(signedAttribute(containers, ContainerFormat.PADES_B_B)).isNull();
    }

    @Test
    void aChainThatNeedsNoneHasNoAttribute() throws Exception {
        CmsContainerBuilder containers = CmsContainerBuilder.builder()
                .revocationInfo((chain, deadline) -> new RevocationInfo(List.of(), List.of()))
                .build();
        assertThat(signedAttribute(containers, ContainerFormat.CMS)).isNull();
    }

    /** That of a large CRL: it went through objects for each of its entries, some 100 times its size, for each container. */
    @Test
    void aContainerTakesNoMoreMemoryThanItsOctets() throws Exception {
        byte[] crl = crl(20_000).getEncoded();
        RevocationInfo info = new RevocationInfo(List.of(), List.of(crl));
        CmsContainerBuilder containers = CmsContainerBuilder.builder()
                .revocationInfo((chain, deadline) -> info)
                .build();
        ContainerParameters parameters = new ContainerParameters(
                ContainerFormat.CMS, SignatureAlgorithm.RSA_PKCS1_SHA256, TestKeys.chain(), Instant.now());
        containers.prepare(parameters, CONTENT, TestKeys.soon()).complete(new byte[256], TestKeys.soon());

        long start = allocatedBytes();
        PreparedContainer prepared = containers.prepare(parameters, CONTENT, TestKeys.soon());
        assertThat(allocatedBytes() - start).as("prepared").isLessThan(crl.length / 4);
        start = allocatedBytes();
        byte[] toBeSigned = prepared.dataToBeSigned();
        assertThat(allocatedBytes() - start).as("to be signed").isBetween(toBeSigned.length + 0L, crl.length * 5L / 4);
        start = allocatedBytes();
        byte[] container = prepared.complete(new byte[256], TestKeys.soon()).octets();
        assertThat(allocatedBytes() - start).as("container").isBetween(container.length + 0L, crl.length * 5L / 4);
    }

    private static long allocatedBytes() {
        return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
    }

    private static Attribute signedAttribute(CmsContainerBuilder containers, ContainerFormat format) throws Exception {
        ContainerParameters parameters =
                new ContainerParameters(format, SignatureAlgorithm.RSA_PKCS1_SHA256, TestKeys.chain(), Instant.now());
        PreparedContainer prepared = containers.prepare(parameters, CONTENT, TestKeys.soon());
        byte[] signature = TestKeys.SIGNER.signMessage(
                SignatureAlgorithm.RSA_PKCS1_SHA256, prepared.dataToBeSigned(), TestKeys.soon());
        byte[] container = prepared.complete(signature, TestKeys.soon()).octets();
        assertThat(containers.maxSize(parameters, TestKeys.soon()))
                .isBetween(container.length, container.length + container.length / 4);
        return new CMSSignedData(container)
                .getSignerInfos()
                .getSigners()
                .iterator()
                .next()
                .getSignedAttributes()
                .get(REVOCATION_INFO_ARCHIVAL);
    }
}
