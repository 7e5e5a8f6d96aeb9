package io.github.hsmsigner.service.lifecycle;

import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.http.Client;
import io.github.hsmsigner.http.TestKey;
import io.github.hsmsigner.pkcs11.ObservedToken;
import io.github.hsmsigner.pkcs11.internal.cryptoki.Cryptoki;
import io.github.hsmsigner.service.config.InvalidSettingsException;
import io.github.hsmsigner.service.config.SettingsReader;
import io.github.hsmsigner.testing.TestPki;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/** A service in this process that is started from settings as an operator writes them. */
public final class ConfiguredService implements AutoCloseable {

    /** Longer than any effect takes, and shorter than the default deadline, because a test waits as long if the service ignores the setting. */
    public static final Duration PATIENCE = Duration.ofSeconds(8);

    private final ServiceLifecycle service;
    private Runnable first = () -> {};

    private ConfiguredService(ServiceLifecycle service) {
        this.service = service;
    }

    /**
     * Starts a service.
     *
     * @param directory a directory of the test; {@code @} before a name in the settings stands for it
     * @param yaml the settings file
     * @param variables environment variables, as name and value in turn
     * @throws IllegalStateException if the settings cannot work; its message has the problems
     */
    public static ConfiguredService start(Path directory, String yaml, String... variables) {
        return start(UnaryOperator.identity(), directory, yaml, variables);
    }

    /** The same with something between the service and the PKCS#11 modules. */
    public static ConfiguredService start(
            UnaryOperator<Cryptoki> decoration, Path directory, String yaml, String... variables) {
        return start(decoration, environment(directory, yaml, variables));
    }

    /** Starts a service from environment variables. */
    public static ConfiguredService start(UnaryOperator<Cryptoki> decoration, Map<String, String> environment) {
        ServiceLifecycle service;
        try {
            service = new ServiceLifecycle(
                    SettingsReader.read(environment),
                    Optional.empty(),
                    "test",
                    config -> ObservedToken.open(config, decoration));
        } catch (InvalidSettingsException e) {
            throw new IllegalStateException(e);
        }
        boolean started = false;
        try {
            service.start();
            started = true;
            return new ConfiguredService(service);
        } catch (CannotStartException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } finally {
            if (!started) {
                service.close();
            }
        }
    }

    /**
     * Returns the environment that names a file with these settings. Default of the stop limit: 100 ms, because the service
     * waits a quarter of it for each connection that the client keeps open.
     */
    public static Map<String, String> environment(Path directory, String yaml, String... variables) {
        Map<String, String> environment = new HashMap<>();
        try {
            Path file = Files.createTempFile(directory, "settings", ".yaml");
            Files.writeString(file, yaml.replace("@", directory + "/"));
            environment.put(SettingsReader.FILE_VARIABLE, file.toString());
            if (!yaml.contains("stop-limit")) {
                environment.put("SIGNING_SERVICE_STOP_LIMIT", "100ms");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        for (int i = 0; i < variables.length; i += 2) {
            environment.put(variables[i], variables[i + 1]);
        }
        return environment;
    }

    /** The settings of the test key in a PKCS#12 file, under the name "test". */
    public static String keyInFile(Path directory) {
        return "keys:\n  test: {keystore: " + TestKey.writeKeyStore(directory) + ", keystore-password: "
                + TestKey.PASSWORD + "}\n";
    }

    ServiceLifecycle service() {
        return service;
    }

    public int port() {
        return service.port();
    }

    /** The port of health, metrics and what operators do, which the settings must have. */
    public int adminPort() {
        return service.adminPort().orElseThrow();
    }

    public Client client() {
        return new Client(port());
    }

    /** Sends a request that may take as long as the test wants. */
    public CompletableFuture<HttpResponse<byte[]>> signInBackground(String json) {
        return CompletableFuture.supplyAsync(
                () -> client().sign(json), request -> new Thread(request, "request").start());
    }

    /** Connects; reads from the socket end after a while. */
    public static Socket connect(String address, int port) throws IOException {
        Socket socket = new Socket(address, port);
        socket.setSoTimeout(Math.toIntExact(PATIENCE.toMillis()));
        return socket;
    }

    /** Connects with TLS; {@link TestPki#clientTls} makes contexts. */
    public SSLSocket connect(SSLContext context) throws IOException {
        return (SSLSocket)
                context.getSocketFactory().createSocket(connect("127.0.0.1", port()), "any.name", port(), true);
    }

    /** The identity of a client, for a context of TLS. */
    public static KeyManager[] identity(KeyPair key, X509Certificate... chain) {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setKeyEntry("client", key.getPrivate(), new char[0], chain);
            KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            factory.init(store, new char[0]);
            return factory.getKeyManagers();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The value of a sample of /metrics, which is named with its labels as the page has it; NaN if it is not there. */
    public double metric(String sample) {
        return Client.text(client().get("/metrics"))
                .lines()
                .filter(line -> line.startsWith(sample + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(sample.length() + 1)))
                .findFirst()
                .orElse(Double.NaN);
    }

    public static void await(String what, BooleanSupplier condition) {
        Deadline deadline = Deadline.after(PATIENCE);
        while (!condition.getAsBoolean()) {
            if (deadline.hasPassed()) {
                throw new AssertionError("Did not happen: " + what);
            }
            LockSupport.parkNanos(1_000_000);
        }
    }

    public static List<String> problems(Path directory, String yaml, String... variables) {
        try {
            start(directory, yaml, variables).close();
            return List.of();
        } catch (IllegalStateException e) {
            return e.getCause() instanceof CannotStartException problem ? problem.problems() : List.of(e.getMessage());
        }
    }

    /** Has something done before the service stops, such as the end of a fault, however the test ends. */
    public ConfiguredService beforeClose(Runnable deed) {
        first = deed;
        return this;
    }

    @Override
    public void close() {
        first.run();
        service.close();
    }
}
