package io.github.hsmsigner.benchmarks.soak;

import io.github.hsmsigner.benchmarks.setup.HttpConnection;
import io.github.hsmsigner.core.Digest;
import io.github.hsmsigner.core.DigestAlgorithm;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.bouncycastle.cms.CMSException;
import org.bouncycastle.cms.CMSProcessableByteArray;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.cms.SignerInformation;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoVerifierBuilder;
import org.bouncycastle.operator.OperatorCreationException;

/**
 * A request, and how its answer is checked without code of the service's.
 *
 * @param name what it asks
 * @param octets the whole request
 * @param check the check of the body of an answer with status 200
 */
record Request(String name, byte[] octets, Check check) {

    private static final int[] SIZES = {250, 35_000, 1_000_000};

    /** Throws, or says that it is wrong. */
    @FunctionalInterface
    interface Check {
        boolean isRight(byte[] answer) throws GeneralSecurityException, CMSException, OperatorCreationException;
    }

    /** Returns all kinds of requests to a service that signs with an RSA key. */
    static List<Request> all(PublicKey key) {
        List<Request> requests = new ArrayList<>();
        requests.add(new Request(
                "get_certificates",
                callback("{\"action\":\"get_certificates\"}"),
                answer -> new String(answer, StandardCharsets.US_ASCII)
                        .matches("\\{\"certificates\":\\[\"[^\"]+\"],\"ca_certificates\":\\[\"[^\"]+\"]}")));
        for (DigestAlgorithm algorithm : DigestAlgorithm.values()) {
            byte[] data = contents(250);
            requests.add(new Request(
                    "sign " + algorithm.text(),
                    callback("{\"action\":\"sign\",\"data_to_be_signed\":\"%s\",\"hash_algorithm\":\"%s\"}"
                            .formatted(base64(data), algorithm.text())),
                    answer -> verifies(key, algorithm, data, answer)));
        }
        for (int size : SIZES) {
            for (String type : List.of("cms", "cades")) {
                byte[] contents = contents(size);
                requests.add(new Request(
                        "sign_pkcs7 " + type + " " + size,
                        callback(
                                "{\"action\":\"sign_pkcs7\",\"encoded_contents\":\"%s\",\"hash_algorithm\":\"sha512\",\"signature_type\":\"%s\"}"
                                        .formatted(base64(contents), type)),
                        answer -> covers(key, contents, answer)));
            }
        }
        byte[] unsent = contents(1000);
        requests.add(new Request(
                "sign_pkcs7 digest",
                callback("{\"action\":\"sign_pkcs7\",\"digest\":\"%s\",\"hash_algorithm\":\"sha512\"}"
                        .formatted(HexFormat.of()
                                .formatHex(Digest.compute(DigestAlgorithm.SHA512, unsent)
                                        .bytes()))),
                answer -> covers(key, unsent, answer)));
        return List.copyOf(requests);
    }

    static Request named(List<Request> requests, String name) {
        return requests.stream()
                .filter(request -> request.name.equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static boolean verifies(PublicKey key, DigestAlgorithm algorithm, byte[] data, byte[] answer)
            throws GeneralSecurityException {
        Signature verifier = Signature.getInstance(algorithm.jcaName().replace("-", "") + "withRSA");
        verifier.initVerify(key);
        verifier.update(data);
        return verifier.verify(answer);
    }

    private static boolean covers(PublicKey key, byte[] contents, byte[] answer)
            throws CMSException, OperatorCreationException {
        CMSSignedData container = new CMSSignedData(new CMSProcessableByteArray(contents), answer);
        for (SignerInformation signer : container.getSignerInfos()) {
            return signer.verify(new JcaSimpleSignerInfoVerifierBuilder().build(key));
        }
        return false;
    }

    private static byte[] callback(String json) {
        return HttpConnection.callback(json.getBytes(StandardCharsets.US_ASCII));
    }

    private static byte[] contents(int size) {
        byte[] contents = new byte[size];
        new Random(size).nextBytes(contents);
        return contents;
    }

    private static String base64(byte[] octets) {
        return Base64.getEncoder().encodeToString(octets);
    }
}
