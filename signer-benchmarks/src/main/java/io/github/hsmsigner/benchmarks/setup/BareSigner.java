package io.github.hsmsigner.benchmarks.setup;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import iaik.pkcs.pkcs11.wrapper.CK_ATTRIBUTE;
import iaik.pkcs.pkcs11.wrapper.CK_MECHANISM;
import iaik.pkcs.pkcs11.wrapper.PKCS11;
import iaik.pkcs.pkcs11.wrapper.PKCS11Exception;
import io.github.hsmsigner.core.certificate.CertificateFiles;
import io.javalin.Javalin;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.BlockingDeque;
import java.util.concurrent.LinkedBlockingDeque;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.xipki.pkcs11.wrapper.PKCS11Constants;
import org.xipki.pkcs11.wrapper.PKCS11Module;

/**
 * A Javalin server that signs with an RSA key of a token, with nothing of Signer: Jetty, Jackson, the JDK and the PKCS#11
 * wrapper alone. It verifies each signature with the JDK. It has no limits, log, metrics, checks or recovery. It is a
 * comparison, not a bound: its code is simple, not tuned.
 *
 * <p>It understands the requests of the benchmarks only. The response to contents is a signature of their digest. It takes
 * the settings of the token from the variables of the service.
 */
public final class BareSigner {

    /** The environment variable with the maximum number of threads; default: as many as the service has. */
    public static final String THREADS = "BARE_SIGNER_THREADS";

    private static final String SERVICE_THREADS = "268";
    private static final int MIN_THREADS = 12;
    private static final int SESSIONS = 32;

    /** DigestInfo of a SHA-512 digest, up to the digest (RFC 8017, section 9.2, note 1). */
    private static final byte[] DIGEST_INFO = HexFormat.of().parseHex("3051300d060960864801650304020305000440");

    private static final String CONTENTS = "\"encoded_contents\":\"";
    private static final int PIECE = 64 * 1024;
    private static final int LONG_BODY = 1_000_000;

    private final PKCS11 functions;
    private final long key;
    private final PublicKey publicKey;
    private final BlockingDeque<Long> sessions = new LinkedBlockingDeque<>();
    private final JsonFactory json = new JsonFactory();

    private BareSigner(PKCS11 functions, PublicKey publicKey) throws IOException, PKCS11Exception {
        this.functions = functions;
        this.publicKey = publicKey;
        long slot = slot();
        for (int i = 0; i < SESSIONS; i++) {
            sessions.add(functions.C_OpenSession(slot, PKCS11Constants.CKF_SERIAL_SESSION, null, null));
        }
        String pin = Files.readString(Path.of(System.getenv("HSM_PIN_FILE")));
        functions.C_Login(sessions.getFirst(), PKCS11Constants.CKU_USER, pin.toCharArray(), true);
        this.key = privateKey(sessions.getFirst());
    }

    private long slot() throws PKCS11Exception {
        for (long slot : functions.C_GetSlotList(true)) {
            String label = new String(functions.C_GetTokenInfo(slot).label).trim();
            if (label.equals(System.getenv("HSM_TOKEN_LABEL"))) {
                return slot;
            }
        }
        throw new IllegalStateException("There is no token " + System.getenv("HSM_TOKEN_LABEL"));
    }

    private long privateKey(long session) throws PKCS11Exception {
        CK_ATTRIBUTE type = attribute(PKCS11Constants.CKA_CLASS, PKCS11Constants.CKO_PRIVATE_KEY);
        CK_ATTRIBUTE label = attribute(
                PKCS11Constants.CKA_LABEL, System.getenv("HSM_KEY_LABEL").toCharArray());
        functions.C_FindObjectsInit(session, new CK_ATTRIBUTE[] {type, label}, true);
        long found = functions.C_FindObjects(session, 1)[0];
        functions.C_FindObjectsFinal(session);
        return found;
    }

    private static CK_ATTRIBUTE attribute(long type, Object value) {
        CK_ATTRIBUTE attribute = new CK_ATTRIBUTE();
        attribute.type = type;
        attribute.pValue = value;
        return attribute;
    }

    /**
     * Serves until the process is stopped.
     *
     * @param args none
     * @throws Exception if the token cannot be used
     */
    public static void main(String[] args) throws Exception {
        PKCS11Module module = PKCS11Module.getInstance(System.getenv("HSM_MODULE"));
        module.initialize();
        PublicKey publicKey = CertificateFiles.read(Path.of(System.getenv("SIGNING_CERTIFICATE")))
                .get(0)
                .getPublicKey();
        BareSigner signer = new BareSigner(module.getPKCS11Module(), publicKey);
        int threads = Integer.parseInt(System.getenv().getOrDefault(THREADS, SERVICE_THREADS));
        Javalin.create(config -> {
                    config.startup.showJavalinBanner = false;
                    config.jetty.threadPool = new QueuedThreadPool(threads, Math.min(threads, MIN_THREADS));
                    config.routes.get("/health/ready", context -> context.result("ready"));
                    config.routes.post("/sign", signer::answer);
                })
                .start("127.0.0.1", Integer.parseInt(System.getenv("SIGNING_SERVICE_PORT")));
    }

    private void answer(Context context) throws Exception {
        byte[] signature;
        if (context.req().getContentLengthLong() > LONG_BODY) {
            signature = sign(digestOfContents(context.bodyInputStream()));
        } else {
            byte[] data = dataToBeSigned(context.bodyAsBytes());
            signature = sign(sha512().digest(data));
            verify(data, signature);
        }
        context.contentType("application/octet-stream").result(signature);
    }

    private byte[] dataToBeSigned(byte[] body) throws IOException {
        try (JsonParser parser = json.createParser(body)) {
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                if ("data_to_be_signed".equals(parser.currentName())
                        && parser.currentToken() == JsonToken.VALUE_STRING) {
                    return parser.getBinaryValue();
                }
            }
            throw new IOException("There is no data_to_be_signed");
        }
    }

    /** The digest algorithm is known if it comes before the contents; otherwise three digests are necessary. */
    private static byte[] digestOfContents(InputStream body) throws IOException, GeneralSecurityException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf(CONTENTS) < 0) {
            head.append((char) body.read());
        }
        List<MessageDigest> digests = head.indexOf("hash_algorithm") > 0
                ? List.of(sha512())
                : List.of(sha512(), MessageDigest.getInstance("SHA-384"), MessageDigest.getInstance("SHA-256"));
        byte[] base64 = new byte[PIECE];
        byte[] decoded = new byte[PIECE];
        boolean end = false;
        while (!end) {
            int length = body.readNBytes(base64, 0, PIECE);
            String rest = length == PIECE ? "" : new String(base64, 0, length, StandardCharsets.US_ASCII);
            end = length < PIECE;
            byte[] piece = end ? Arrays.copyOf(base64, rest.indexOf('"')) : base64;
            int decodedLength = Base64.getDecoder().decode(piece, decoded);
            for (MessageDigest digest : digests) {
                digest.update(decoded, 0, decodedLength);
            }
        }
        return digests.get(0).digest();
    }

    private static MessageDigest sha512() throws GeneralSecurityException {
        return MessageDigest.getInstance("SHA-512");
    }

    private byte[] sign(byte[] digest) throws InterruptedException, PKCS11Exception {
        byte[] input = Arrays.copyOf(DIGEST_INFO, DIGEST_INFO.length + digest.length);
        System.arraycopy(digest, 0, input, DIGEST_INFO.length, digest.length);
        CK_MECHANISM mechanism = new CK_MECHANISM();
        mechanism.mechanism = PKCS11Constants.CKM_RSA_PKCS;
        long session = sessions.takeFirst();
        try {
            functions.C_SignInit(session, mechanism, key, true);
            return functions.C_Sign(session, input);
        } finally {
            sessions.addFirst(session);
        }
    }

    private void verify(byte[] data, byte[] bytes) throws GeneralSecurityException {
        Signature signature = Signature.getInstance("SHA512withRSA");
        signature.initVerify(publicKey);
        signature.update(data);
        if (!signature.verify(bytes)) {
            throw new IllegalStateException("The token returned a wrong signature");
        }
    }
}
