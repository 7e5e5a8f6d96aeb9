package io.github.hsmsigner.http.corpus;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.core.ContainerFormat;
import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.Digest;
import io.github.hsmsigner.core.SigningKey;
import io.github.hsmsigner.core.SigningKeys;
import io.github.hsmsigner.core.SigningService;
import io.github.hsmsigner.core.TestKey;
import io.github.hsmsigner.core.cms.CmsContainerBuilder;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.time.Duration;
import java.util.Locale;
import org.bouncycastle.asn1.cms.Attribute;
import org.bouncycastle.asn1.cms.AttributeTable;
import org.bouncycastle.asn1.cms.CMSAttributes;
import org.bouncycastle.cms.CMSException;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.cms.SignerInformation;

/** A signing service with a P-256 key in memory, fast enough for very many requests, and a check of what it hands out. */
public final class EcService {

    private static final TestKey KEY = TestKey.P_256;

    private EcService() {}

    /** The service; signatures are verified by {@link #assertIsAnswerTo} and not by the service too. */
    public static SigningService start() {
        SigningKey key = SigningKey.open("ec", KEY.signer(), KEY.signer(), Deadline.after(Duration.ofSeconds(10)));
        return SigningService.builder(SigningKeys.of(key), new CmsContainerBuilder())
                .verifyAfterSign(false)
                .build();
    }

    /** Fails unless a successful answer holds the signature, or the certificates, that the request asks for. */
    public static void assertIsAnswerTo(ReferenceReader.Wanted wanted, byte[] answer) {
        try {
            switch (wanted.action()) {
                case GET_CERTIFICATES ->
                    assertThat(new String(answer, java.nio.charset.StandardCharsets.US_ASCII))
                            .startsWith("{\"certificates\":[\"");
                case SIGN -> assertSigned("NONEwithECDSA", wanted.digest().bytes(), answer);
                case SIGN_PKCS7 -> assertIsContainer(wanted.format(), wanted.digest(), answer);
            }
        } catch (GeneralSecurityException | CMSException e) {
            throw new AssertionError("The answer is no signature", e);
        }
    }

    private static void assertSigned(String algorithm, byte[] data, byte[] signature) throws GeneralSecurityException {
        Signature verifier = Signature.getInstance(algorithm);
        verifier.initVerify(KEY.keyPair().getPublic());
        verifier.update(data);
        assertThat(verifier.verify(signature)).as("the signature verifies").isTrue();
    }

    private static void assertIsContainer(ContainerFormat format, Digest digest, byte[] container)
            throws CMSException, GeneralSecurityException {
        SignerInformation signer = new CMSSignedData(container)
                .getSignerInfos()
                .getSigners()
                .iterator()
                .next();
        AttributeTable attributes = signer.getSignedAttributes();
        Attribute messageDigest = attributes.get(CMSAttributes.messageDigest);
        assertThat(messageDigest.getAttributeValues()[0])
                .isEqualTo(new org.bouncycastle.asn1.DEROctetString(digest.bytes()));
        assertThat(attributes.get(CMSAttributes.signingTime) != null).isEqualTo(format == ContainerFormat.CMS);
        try {
            assertSigned(
                    digest.algorithm().text().toUpperCase(Locale.ROOT) + "withECDSA",
                    signer.getEncodedSignedAttributes(),
                    signer.getSignature());
        } catch (java.io.IOException e) {
            throw new CMSException("signed attributes", e);
        }
    }
}
