package io.github.hsmsigner.examples.remote;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.Digest;
import io.github.hsmsigner.core.DigestAlgorithm;
import io.github.hsmsigner.core.EcdsaSignature;
import io.github.hsmsigner.core.SignatureAlgorithm;
import io.github.hsmsigner.core.SignatureScheme;
import io.github.hsmsigner.core.Signer;
import io.github.hsmsigner.core.error.SigningException;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.core.error.UnsupportedRequestException;
import io.github.hsmsigner.pkcs11.KeySelector;
import io.github.hsmsigner.pkcs11.PinSource;
import io.github.hsmsigner.pkcs11.Pkcs11Config;
import io.github.hsmsigner.pkcs11.Pkcs11Token;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.interfaces.ECPublicKey;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executors;

/**
 * A simple key service in the network, for {@link RemoteKeyExample}. It signs digests with an EC key on a token here,
 * for every caller with its credentials.
 *
 * <pre>
 * POST /sign/sha256      the digest        200: r and s side by side
 * Authorization: Bearer …
 * </pre>
 *
 * <pre>{@code
 * HSM_MODULE=/usr/lib/softhsm/libsofthsm2.so HSM_TOKEN_LABEL=demo HSM_PIN=… HSM_KEY_LABEL=remote KEY_SERVICE_CREDENTIALS=… \
 *   java -cp signer-examples.jar io.github.hsmsigner.examples.remote.KeyService 7000
 * }</pre>
 */
public final class KeyService {

    private static final String PATH = "/sign/";
    private static final Duration SIGNING_TIME_LIMIT = Duration.ofSeconds(2);

    private final Signer signer;
    private final byte[] authorization;
    private final int numberLength;

    private KeyService(Signer signer, String credentials) {
        this.signer = signer;
        this.authorization = ("Bearer " + credentials).getBytes(StandardCharsets.UTF_8);
        this.numberLength =
                (((ECPublicKey) signer.publicKey()).getParams().getOrder().bitLength() + 7) / 8;
    }

    /**
     * Serves until the process is ended.
     *
     * @param args the port on the loopback interface, 0 for any free one
     * @throws IOException if the port cannot be listened on
     */
    public static void main(String[] args) throws IOException {
        Pkcs11Config config = Pkcs11Config.builder(Path.of(System.getenv("HSM_MODULE")))
                .tokenLabel(System.getenv("HSM_TOKEN_LABEL"))
                .pin(PinSource.environment("HSM_PIN"))
                .build();
        Pkcs11Token token = Pkcs11Token.open(config);
        Signer signer = token.signer(KeySelector.byLabel(System.getenv("HSM_KEY_LABEL")));
        KeyService service = new KeyService(signer, System.getenv("KEY_SERVICE_CREDENTIALS"));
        HttpServer server = HttpServer.create(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(args[0])), 0);
        server.setExecutor(Executors.newFixedThreadPool(4));
        server.createContext(PATH, service::serve);
        Runtime.getRuntime().addShutdownHook(new Thread(token::close, "stop"));
        server.start();
        System.out.println(
                "Listening on http://localhost:" + server.getAddress().getPort() + "/");
    }

    private void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            Optional<String> authorized =
                    Optional.ofNullable(exchange.getRequestHeaders().getFirst("Authorization"));
            if (authorized
                    .filter(sent -> MessageDigest.isEqual(sent.getBytes(StandardCharsets.UTF_8), authorization))
                    .isEmpty()) {
                exchange.sendResponseHeaders(401, -1);
                return;
            }
            try {
                byte[] signature = sign(exchange);
                exchange.sendResponseHeaders(200, signature.length);
                exchange.getResponseBody().write(signature);
            } catch (IllegalArgumentException e) {
                exchange.sendResponseHeaders(400, -1);
            } catch (SigningException e) {
                e.retryAfter()
                        .ifPresent(time -> exchange.getResponseHeaders()
                                .set("Retry-After", Long.toString(Math.max(1, time.toSeconds()))));
                exchange.sendResponseHeaders(status(e), -1);
            }
        }
    }

    private byte[] sign(HttpExchange exchange) throws IOException {
        DigestAlgorithm hash =
                DigestAlgorithm.fromName(exchange.getRequestURI().getPath().substring(PATH.length()));
        Digest digest = Digest.of(hash, exchange.getRequestBody().readNBytes(hash.length() + 1));
        SignatureAlgorithm algorithm =
                SignatureAlgorithm.of(SignatureScheme.ECDSA, hash).orElseThrow();
        byte[] der = signer.sign(algorithm, digest, Deadline.after(SIGNING_TIME_LIMIT));
        return EcdsaSignature.ofDer(der).toRaw(numberLength);
    }

    private static int status(SigningException e) {
        if (e instanceof UnsupportedRequestException) {
            return 422;
        }
        return e instanceof SigningUnavailableException ? 503 : 500;
    }
}
