package io.github.hsmsigner.examples.documentengine;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.testing.OpensslCms;
import io.github.hsmsigner.testing.TestPki;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import org.bouncycastle.asn1.cms.AttributeTable;
import org.bouncycastle.asn1.cms.CMSAttributes;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.cms.CMSException;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.cms.SignerInformation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** From an application's request to the key on the token and back: what comes out is a valid PDF signature. */
@ExtendWith(SigningChainProvider.class)
class SignedPdfTest {

    private static final int CERTIFICATES_TO_THE_ROOT = 3;

    private final SigningChain chain;
    private final Validators validators;
    private final Path directory;

    SignedPdfTest(SigningChain chain, @TempDir Path directory) {
        this.chain = chain;
        this.directory = directory;
        this.validators = new Validators(directory, chain.root());
    }

    @ParameterizedTest
    @CsvSource({
        "RAW,CADES,SHA256", "RAW,CADES,SHA384", "RAW,CADES,SHA512",
        "RAW,CMS,SHA256", "RAW,CMS,SHA384", "RAW,CMS,SHA512",
        "PKCS7,CMS,SHA256", "PKCS7,CMS,SHA384", "PKCS7,CMS,SHA512",
        "PKCS7,CADES,SHA256", "PKCS7,CADES,SHA384", "PKCS7,CADES,SHA512"
    })
    void everyKindOfSignatureIsValid(SignatureContainer container, SignatureType type, HashAlgorithm hash) {
        SignedPdf pdf = chain.application().signed(SamplePdf.plain(), options(container, type, hash));
        validators.accept(pdf, type);
        assertContent(pdf.onlySignature(), type, hash);
    }

    @ParameterizedTest
    @CsvSource({"CMS,SHA256", "CMS,SHA384", "CMS,SHA512", "CADES,SHA256", "CADES,SHA384", "CADES,SHA512"})
    void theDigestAloneIsEnough(SignatureType type, HashAlgorithm hash) {
        SignedPdf pdf = chain.applicationOfFrugalEngine()
                .signed(SamplePdf.plain(), options(SignatureContainer.PKCS7, type, hash));
        validators.accept(pdf, type);
        assertContent(pdf.onlySignature(), type, hash);
    }

    @Test
    void withoutOptionsTheServiceMakesACmsContainerWithSha512() {
        SignedPdf pdf = chain.application().signed(SamplePdf.plain(), "{}");
        validators.accept(pdf, SignatureType.CMS);
        assertContent(pdf.onlySignature(), SignatureType.CMS, HashAlgorithm.SHA512);
    }

    @Test
    void everyValidatorRejectsAFileThatWasChanged() {
        SignedPdf pdf = chain.application().signed(SamplePdf.plain(), "{}");
        validators.reject(pdf.withOneBitFlipped());
    }

    @Test
    void everyValidatorThatLooksAtTrustRejectsAnotherRoot() {
        SignedPdf pdf = chain.application().signed(SamplePdf.plain(), "{}");
        X509Certificate stranger = new TestPki().root();
        SignedPdf.Signature signature = pdf.onlySignature();
        assertThat(OpensslCms.verify(directory, signature.container(), signature.contents(), stranger)
                        .exitCode())
                .isNotZero();
        assertThat(new Dss(stranger).verdicts(pdf)).singleElement().matches(verdict -> !verdict.trustedChain());
    }

    /** What the validators do not look at: PROTOCOL's signed attributes, algorithm identifiers and certificates. */
    private static void assertContent(SignedPdf.Signature signature, SignatureType type, HashAlgorithm hash) {
        CMSSignedData container = parse(signature.container());
        assertThat(container.getCertificates().getMatches(null)).hasSize(CERTIFICATES_TO_THE_ROOT);
        SignerInformation signer = container.getSignerInfos().iterator().next();
        assertThat(signer.getDigestAlgorithmID()).isEqualTo(hash.identifier());
        AttributeTable signed = signer.getSignedAttributes();
        assertThat(signed.get(CMSAttributes.contentType)).isNotNull();
        assertThat(signed.get(CMSAttributes.messageDigest)).isNotNull();
        assertThat(signed.get(CMSAttributes.cmsAlgorithmProtect)).isNotNull();
        assertThat(signed.get(CMSAttributes.signingTime) != null).isEqualTo(type == SignatureType.CMS);
        assertThat(signed.get(PKCSObjectIdentifiers.id_aa_signingCertificateV2)).isNotNull();
    }

    private static CMSSignedData parse(byte[] container) {
        try {
            return new CMSSignedData(container);
        } catch (CMSException e) {
            throw new AssertionError(e);
        }
    }

    private static String options(SignatureContainer container, SignatureType type, HashAlgorithm hash) {
        return """
                {"signatureContainer":"%s","signatureType":"%s","hashAlgorithm":"%s","signingToken":"{\\"user\\":1}"}""".formatted(container.spelling(), type.spelling(), hash.spelling());
    }
}
