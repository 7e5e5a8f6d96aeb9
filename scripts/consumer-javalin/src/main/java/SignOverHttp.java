import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.SigningKey;
import io.github.hsmsigner.core.SigningKeys;
import io.github.hsmsigner.core.SigningService;
import io.github.hsmsigner.core.cms.CmsContainerBuilder;
import io.github.hsmsigner.core.keystore.KeyStoreSigner;
import io.github.hsmsigner.http.javalin.DocumentEnginePlugin;
import io.javalin.Javalin;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;

/** Serves the callback and signs a file through it: PKCS12-FILE PASSWORD-FILE FILE SIGNATURE. */
public class SignOverHttp {

    public static void main(String[] args) throws Exception {
        KeyStoreSigner signer = KeyStoreSigner.open(
                Path.of(args[0]), Files.readString(Path.of(args[1])).toCharArray());
        SigningKey key = SigningKey.open("consumer", signer, signer, Deadline.after(Duration.ofSeconds(10)));
        SigningService service =
                SigningService.builder(SigningKeys.of(key), new CmsContainerBuilder()).build();
        Javalin server = Javalin.create(config -> config.registerPlugin(new DocumentEnginePlugin(() -> service)));
        server.start("127.0.0.1", 0);
        try {
            String content = Base64.getEncoder().encodeToString(Files.readAllBytes(Path.of(args[2])));
            HttpResponse<byte[]> response = HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + "/sign"))
                                    .header("Content-Type", "application/json")
                                    .POST(HttpRequest.BodyPublishers.ofString("{\"action\":\"sign_pkcs7\","
                                            + "\"hash_algorithm\":\"sha256\",\"signature_type\":\"cms\","
                                            + "\"encoded_contents\":\"" + content + "\"}"))
                                    .build(),
                            HttpResponse.BodyHandlers.ofByteArray());
            if (response.statusCode() != 200) {
                throw new IllegalStateException(response.statusCode() + " " + new String(response.body()));
            }
            Files.write(Path.of(args[3]), response.body());
        } finally {
            server.stop();
        }
    }
}
