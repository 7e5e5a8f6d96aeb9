package io.github.hsmsigner.http.corpus;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.core.SigningService;
import io.github.hsmsigner.http.Client;
import io.github.hsmsigner.http.javalin.DocumentEnginePlugin;
import io.github.hsmsigner.http.protocol.CallbackResponse;
import io.github.hsmsigner.testing.Property;
import io.javalin.Javalin;
import java.io.ByteArrayInputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever is changed about a good body, it is answered with a 4xx, or, where it is still good, with the signature over what it says
 * now. What it says now is told by a second reader. {@code -Dsigner.mutations=…} tries another number, {@code -Dproperty.seed=…} one
 * mutation alone.
 */
@Timeout(300)
class MutationsTest {

    private static final int IN_MEMORY = Integer.getInteger("signer.mutations", 20_000);
    private static final int THROUGH_HTTP = Math.max(1, IN_MEMORY / 20);
    private static final int SEED_OF_THE_FIRST_THROUGH_HTTP = 500_000;

    private final SigningService service = EcService.start();
    private final InMemory inMemory = new InMemory(service);

    static java.util.stream.Stream<Arguments> goodBodies() {
        return java.util.stream.IntStream.range(0, Mutations.GOOD.size()).mapToObj(Arguments::of);
    }

    @ParameterizedTest
    @MethodSource("goodBodies")
    void unchangedBodiesAreGood(int index) {
        byte[] body = Mutations.good(index);
        assertThat(ReferenceReader.read(body)).isPresent();
        check(body, answerInMemory(body));
    }

    @Test
    void inMemory() {
        AtomicInteger signed = new AtomicInteger();
        Property.holds(IN_MEMORY, random -> {
            byte[] body = Mutations.next(random);
            signed.addAndGet(check(body, answerInMemory(body)) ? 1 : 0);
        });
        // Both outcomes must be common, or the test shows little.
        if (IN_MEMORY >= 1000 && Long.getLong("property.seed") == null) {
            assertThat(signed.get()).isBetween(IN_MEMORY / 100, IN_MEMORY / 2);
        }
    }

    @Test
    void throughHttp() {
        Javalin application = Javalin.create(config -> {
                    config.startup.showJavalinBanner = false;
                    config.registerPlugin(new DocumentEnginePlugin(() -> service));
                })
                .start(0);
        try {
            Client client = new Client(application.port());
            for (int i = 0; i < THROUGH_HTTP; i++) {
                long seed = SEED_OF_THE_FIRST_THROUGH_HTTP + (long) i;
                byte[] body = Mutations.next(new SplittableRandom(seed));
                HttpResponse<byte[]> response = client.send(client.request("/sign")
                        .header("Content-Type", "application/json")
                        .header("X-Request-Id", "id")
                        .POST(
                                i % 2 == 0
                                        ? BodyPublishers.ofByteArray(body)
                                        : BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body))));
                try {
                    check(body, new Answer(response.statusCode(), response.body()));
                } catch (AssertionError e) {
                    throw new AssertionError("It does not hold for the input of seed " + seed, e);
                }
            }
        } finally {
            application.stop();
        }
    }

    private record Answer(int status, byte[] body) {}

    private Answer answerInMemory(byte[] body) {
        CallbackResponse answer = inMemory.answer("id", body);
        return new Answer(answer.status(), answer.body());
    }

    /** Gives whether something was signed. */
    private static boolean check(byte[] body, Answer answer) {
        Optional<ReferenceReader.Wanted> wanted = ReferenceReader.read(body);
        if (answer.status() == 200) {
            wanted = wanted.or(() -> ReferenceReader.readLeniently(body));
            assertThat(wanted).as("signed: %s", text(body)).isPresent();
            EcService.assertIsAnswerTo(wanted.get(), answer.body());
            return true;
        }
        assertThat(wanted)
                .as("refused with %s: %s", text(answer.body()), text(body))
                .isEmpty();
        assertThat(answer.status()).as(text(body)).isEqualTo(400);
        ErrorText.assertIsHarmless(text(answer.body()), "id");
        return false;
    }

    private static String text(byte[] octets) {
        return new String(octets, StandardCharsets.UTF_8);
    }
}
