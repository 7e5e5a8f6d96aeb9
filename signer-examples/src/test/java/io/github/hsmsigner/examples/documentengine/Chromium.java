package io.github.hsmsigner.examples.documentengine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Debian's Chromium without a window, driven by its {@code chromedriver} over the WebDriver protocol (a W3C recommendation), which
 * is little enough to speak without a library. {@code scripts/test --browser} installs both.
 */
final class Chromium implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern STARTED = Pattern.compile("was started successfully on port (\\d+)");
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final long POLL_NANOS = Duration.ofMillis(50).toNanos();
    private static final List<String> ARGUMENTS = List.of(
            "--headless=new",
            "--remote-debugging-pipe",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--force-color-profile=srgb",
            "--lang=en");

    private final HttpClient http = HttpClient.newHttpClient();
    private final Process driver;
    private final String session;

    /** Starts a browser with an empty profile in that directory. */
    Chromium(Path profile) {
        try {
            driver = new ProcessBuilder("chromedriver", "--port=0")
                    .redirectErrorStream(true)
                    .start();
            String server = "http://127.0.0.1:" + port(driver.inputReader(StandardCharsets.UTF_8));
            session = server + "/session/"
                    + send("POST", server + "/session", capabilities(profile))
                            .path("sessionId")
                            .asText();
        } catch (IOException e) {
            throw new UncheckedIOException("scripts/test --browser installs chromium and chromium-driver", e);
        }
    }

    private static String port(BufferedReader output) throws IOException {
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            Matcher matcher = STARTED.matcher(line);
            if (matcher.find()) {
                return matcher.group(1);
            }
        }
        throw new AssertionError("chromedriver ended before it listened");
    }

    private static ObjectNode capabilities(Path profile) {
        ObjectNode body = JSON.createObjectNode();
        ObjectNode wanted = body.putObject("capabilities").putObject("alwaysMatch");
        wanted.putObject("goog:loggingPrefs").put("browser", "ALL");
        ArrayNode arguments = wanted.putObject("goog:chromeOptions").putArray("args");
        ARGUMENTS.forEach(arguments::add);
        arguments.add("--user-data-dir=" + profile);
        return body;
    }

    void open(String address) {
        post("/url", JSON.createObjectNode().put("url", address));
    }

    /** Makes the window so wide and high, in pixels of the page. */
    void resize(int width, int height, boolean phone) {
        ObjectNode body = JSON.createObjectNode().put("cmd", "Emulation.setDeviceMetricsOverride");
        body.putObject("params")
                .put("width", width)
                .put("height", height)
                .put("deviceScaleFactor", 1)
                .put("mobile", phone);
        post("/goog/cdp/execute", body);
    }

    /** Sets the colour scheme that the user prefers: light or dark. */
    void prefer(String colorScheme) {
        ObjectNode body = JSON.createObjectNode().put("cmd", "Emulation.setEmulatedMedia");
        body.putObject("params")
                .putArray("features")
                .addObject()
                .put("name", "prefers-color-scheme")
                .put("value", colorScheme);
        post("/goog/cdp/execute", body);
    }

    void click(String selector) {
        post("/element/" + element(selector) + "/click", JSON.createObjectNode());
    }

    /** Types into a field, or chooses a file in a file field. */
    void type(String selector, String text) {
        post("/element/" + element(selector) + "/value", JSON.createObjectNode().put("text", text));
    }

    /** Presses keys wherever the focus is. */
    void press(String keys) {
        ObjectNode body = JSON.createObjectNode();
        ObjectNode keyboard = body.putArray("actions").addObject();
        keyboard.put("type", "key").put("id", "keyboard");
        ArrayNode actions = keyboard.putArray("actions");
        keys.codePoints().mapToObj(Character::toString).forEach(key -> {
            actions.addObject().put("type", "keyDown").put("value", key);
            actions.addObject().put("type", "keyUp").put("value", key);
        });
        post("/actions", body);
    }

    String text(String selector) {
        return execute("return document.querySelector(arguments[0]).textContent.trim()", selector)
                .asText();
    }

    /** Runs a function's body in the page; if what it gives is a promise, its value is awaited. */
    JsonNode execute(String script, String... arguments) {
        ObjectNode body = JSON.createObjectNode().put("script", script);
        ArrayNode values = body.putArray("args");
        for (String argument : arguments) {
            values.add(argument);
        }
        return post("/execute/sync", body);
    }

    /** Waits until an expression of the page is true. */
    void await(String condition) {
        await(() -> execute("return Boolean(" + condition + ")").asBoolean(), condition);
    }

    /** Waits until something is so. */
    void await(BooleanSupplier condition, String words) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("Not so in " + PATIENCE + ": " + words + "\n"
                        + execute("return document.body.innerText").asText());
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    /** Has downloads written to a directory without a question. */
    void saveDownloads(Path into) {
        ObjectNode body = JSON.createObjectNode().put("cmd", "Browser.setDownloadBehavior");
        body.putObject("params").put("behavior", "allow").put("downloadPath", into.toString());
        post("/goog/cdp/execute", body);
    }

    /** Writes what is seen of the page to a PNG file. */
    void screenshot(Path file) {
        byte[] png = Base64.getDecoder()
                .decode(send("GET", session + "/screenshot", null).asText());
        try {
            Files.createDirectories(file.getParent());
            Files.write(file, png);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What the browser complained of since the last call, breaches of the page's security policy among it. */
    List<String> complaints() {
        List<String> messages = new ArrayList<>();
        post("/se/log", JSON.createObjectNode().put("type", "browser"))
                .forEach(entry -> messages.add(entry.path("message").asText()));
        return messages;
    }

    private String element(String selector) {
        ObjectNode body = JSON.createObjectNode().put("using", "css selector").put("value", selector);
        Iterator<JsonNode> reference = post("/element", body).elements();
        return reference.next().asText();
    }

    private JsonNode post(String path, ObjectNode body) {
        return send("POST", session + path, body);
    }

    private JsonNode send(String method, String address, ObjectNode body) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(address))
                .timeout(PATIENCE)
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body.toString()))
                .build();
        try {
            HttpResponse<String> answer = http.send(request, BodyHandlers.ofString());
            JsonNode value = JSON.readTree(answer.body()).path("value");
            if (answer.statusCode() != 200) {
                throw new AssertionError("WebDriver: " + value.path("message").asText() + " for " + address);
            }
            return value;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        try {
            send("DELETE", session, null);
        } finally {
            driver.destroy();
        }
    }
}
