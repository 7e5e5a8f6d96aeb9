package io.github.hsmsigner.service.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.core.Digest;
import io.github.hsmsigner.core.DigestAlgorithm;
import io.github.hsmsigner.http.Client;
import io.github.hsmsigner.http.TestKey;
import io.github.hsmsigner.pkcs11.softhsm.SoftHsm;
import io.github.hsmsigner.testing.TestPki;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.Signature;
import java.time.Duration;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.cms.CMSAttributes;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.cms.SignerInformation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A document much larger than the heap of the service goes through {@code sign_pkcs7}, with the fields in alphabetical order, so that
 * all digests are computed side by side. 96 MiB in the ordinary build; {@code -Dsigner.large.mebibytes=1024} for a GiB. The test
 * prints the peak of the resident memory.
 */
class LargeDocumentTest {

    private static final int MEBIBYTES = Integer.getInteger("signer.large.mebibytes", 96);
    private static final long PEAK_LIMIT_KIBIBYTES = 300 * 1024;

    /** A multiple of three, so that the Base64 of many is that of one, repeated. */
    private static final byte[] BLOCK = "0123456789ab".repeat(64 * 1024).getBytes(StandardCharsets.US_ASCII);

    private static final long BLOCKS = MEBIBYTES * 1024L * 1024 / BLOCK.length;

    @TempDir
    private Path directory;

    @Test
    void withAKeyOfAKeyStore() throws Exception {
        assertSignsIn64Mebibytes(
                "key store",
                Map.of(
                        "SIGNING_KEYSTORE",
                        TestKey.writeKeyStore(directory).toString(),
                        "SIGNING_KEYSTORE_PASSWORD",
                        TestKey.PASSWORD,
                        "SIGNING_SERVICE_PORT",
                        "0"));
    }

    @Test
    void withAKeyOnAToken() throws Exception {
        SoftHsm.Token token = SoftHsm.newToken();
        token.importKey(TestKey.keyPair(), "contracts", "a1");
        token.importCertificate(TestKey.certificate(), "contracts", "a1");
        Path issuers = TestPki.writePem(
                directory.resolve("issuers.pem"),
                TestKey.pki().intermediate(),
                TestKey.pki().root());
        assertSignsIn64Mebibytes(
                "SoftHSM",
                Map.of(
                        "HSM_MODULE", SoftHsm.module().toString(),
                        "HSM_PIN", token.pin(),
                        "HSM_TOKEN_LABEL", token.label(),
                        "SIGNING_CA_CERTIFICATES", issuers.toString(),
                        "SIGNING_SERVICE_PORT", "0"));
    }

    private void assertSignsIn64Mebibytes(String key, Map<String, String> settings) throws Exception {
        try (ChildProcess process = ChildProcess.start("-Xmx64m", directory, settings)) {
            int port = process.awaitPort();
            HttpResponse<byte[]> response = HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/sign"))
                                    .timeout(Duration.ofMinutes(5))
                                    .header("Content-Type", "application/json")
                                    .POST(BodyPublishers.ofInputStream(LargeDocumentTest::body))
                                    .build(),
                            BodyHandlers.ofByteArray());
            long peak = process.peakResidentKibibytes();
            System.out.println(MEBIBYTES + " MiB of contents with a key of " + key + ": VmHWM " + peak + " KiB");

            assertThat(response.statusCode()).as(() -> Client.text(response)).isEqualTo(200);
            assertIsSignatureOverTheContents(response.body());
            assertThat(peak).isLessThan(PEAK_LIMIT_KIBIBYTES);
        }
    }

    private static InputStream body() {
        byte[] base64 = Base64.getEncoder().encode(BLOCK);
        return new SequenceInputStream(Collections.enumeration(List.of(
                octets("{\"action\":\"sign_pkcs7\",\"encoded_contents\":\""),
                new Repeated(base64, BLOCKS),
                octets("\",\"hash_algorithm\":\"sha512\",\"signature_type\":\"cms\"}"))));
    }

    private static InputStream octets(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static void assertIsSignatureOverTheContents(byte[] container) throws Exception {
        MessageDigest sha512 = DigestAlgorithm.SHA512.newMessageDigest();
        for (long i = 0; i < BLOCKS; i++) {
            sha512.update(BLOCK);
        }
        Digest digest = Digest.of(DigestAlgorithm.SHA512, sha512.digest());
        SignerInformation signer = new CMSSignedData(container)
                .getSignerInfos()
                .getSigners()
                .iterator()
                .next();
        ASN1OctetString messageDigest = (ASN1OctetString)
                signer.getSignedAttributes().get(CMSAttributes.messageDigest).getAttributeValues()[0];
        assertThat(messageDigest.getOctets()).isEqualTo(digest.bytes());
        Signature verifier = Signature.getInstance("SHA512withRSA");
        verifier.initVerify(TestKey.keyPair().getPublic());
        verifier.update(signer.getEncodedSignedAttributes());
        assertThat(verifier.verify(signer.getSignature())).isTrue();
    }

    /** A block, many times. */
    private static final class Repeated extends InputStream {

        private final byte[] block;
        private long left;
        private int position;

        Repeated(byte[] block, long times) {
            this.block = block;
            this.left = times;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0];
        }

        @Override
        public int read(byte[] buffer, int offset, int length) {
            if (left == 0) {
                return -1;
            }
            int n = Math.min(length, block.length - position);
            System.arraycopy(block, position, buffer, offset, n);
            position += n;
            if (position == block.length) {
                position = 0;
                left--;
            }
            return n;
        }
    }
}
