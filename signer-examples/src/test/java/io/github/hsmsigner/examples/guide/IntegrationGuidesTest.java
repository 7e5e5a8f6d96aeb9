package io.github.hsmsigner.examples.guide;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.testing.TestPki;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The guides to a separate signer, transport, Javalin application and metrics in docs/guides: their Java code compiles without a warning. */
class IntegrationGuidesTest {

    private static final String IMPORTS = """
            import io.github.hsmsigner.core.*;
            import io.github.hsmsigner.core.cms.*;
            import io.github.hsmsigner.http.javalin.*;
            import io.github.hsmsigner.http.protocol.*;
            import io.javalin.Javalin;
            import java.io.*;
            import java.time.Duration;
            import java.util.*;
            import java.util.function.Supplier;

            """;

    @TempDir
    private Path directory;

    private static List<String> fragments(Guide guide) {
        return guide.blocks("java").stream()
                .filter(block -> !block.startsWith("import "))
                .toList();
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text);
    }

    @Test
    void theSignerSigns() throws Exception {
        Guide guide = Guide.read("guides/custom-signer.md");
        List<Path> files = new ArrayList<>();
        for (Map.Entry<String, String> file : guide.files().entrySet()) {
            files.add(write(Path.of(file.getKey()).getFileName().toString(), file.getValue()));
        }
        assertThat(files).hasSize(3);
        files.add(write("Use.java", IMPORTS + """
                class Use {
                    void use(Signer signer, CertificateProvider certificates, SignerMetrics metrics, AuditLog audit) {
                        %s
                    }
                }
                """.formatted(String.join("", fragments(guide)))));
        files.add(write("Try.java", """
                import java.security.*;

                public class Try {
                    public static boolean verifies(KeyPair pair) throws GeneralSecurityException {
                        return RemoteSignerCheck.verifies(new RemoteSigner((digest, timeout) -> {
                            try {
                                Signature signature = Signature.getInstance("NONEwithECDSAinP1363Format");
                                signature.initSign(pair.getPrivate());
                                signature.update(digest);
                                return signature.sign();
                            } catch (GeneralSecurityException e) {
                                throw new AssertionError(e);
                            }
                        }, pair.getPublic()));
                    }
                }
                """));
        Path classes = directory.resolve("classes");
        GuideCompiler.compile(classes, files);
        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {classes.toUri().toURL()})) {
            assertThat(loader.loadClass("Try")
                            .getMethod("verifies", KeyPair.class)
                            .invoke(null, TestPki.keyPair("EC", 256)))
                    .isEqualTo(true);
        }
    }

    @Test
    void theTransportAndTheApplicationCompile() throws IOException {
        List<String> transport = fragments(Guide.read("guides/custom-transport.md"));
        List<String> application = fragments(Guide.read("guides/javalin-plugin.md"));
        assertThat(transport).hasSize(2);
        assertThat(application).hasSize(2);
        GuideCompiler.compile(
                directory.resolve("classes"),
                List.of(
                        write("Transport.java", IMPORTS + """
                                abstract class Transport {
                                    abstract void send(int status, String type, Map<String, String> headers, byte[] body)
                                            throws IOException;

                                    abstract List<String> valuesOfHeader(String name);

                                    void serve(SigningService service, String requestId, String method, String remoteAddress,
                                            Supplier<InputStream> body) {
                                        %s
                                    }
                                }
                                """.formatted(String.join("", transport))),
                        write("Application.java", IMPORTS + """
                                class Application {
                                    void serve(SigningService service) {
                                        %s
                                    }

                                    void policy(byte[] secret, SigningKey key) {
                                        %s
                                    }
                                }
                                """.formatted(application.toArray()))));
    }

    @Test
    void theMetricsCompile() throws IOException {
        List<String> metrics = fragments(Guide.read("guides/metrics-with-micrometer.md"));
        assertThat(metrics).hasSize(1);
        GuideCompiler.compile(
                directory.resolve("classes"),
                List.of(write("Metrics.java", IMPORTS + """
                import io.github.hsmsigner.micrometer.*;
                import io.github.hsmsigner.pkcs11.*;
                import io.micrometer.core.instrument.MeterRegistry;

                class Metrics {
                    SigningService service(MeterRegistry registry, Pkcs11Config config, CertificateProvider certificates) {
                        %s
                        return service;
                    }
                }
                """.formatted(metrics.toArray()))));
    }

    @Test
    void theVersionOfJavalinIsThatOfThisBuild() throws IOException {
        String version = Files.readString(Path.of("..", "pom.xml")).split("<javalin.version>|</javalin.version>")[1];
        assertThat(Guide.read("guides/javalin-plugin.md").text()).contains("<version>" + version + "</version>");
    }
}
