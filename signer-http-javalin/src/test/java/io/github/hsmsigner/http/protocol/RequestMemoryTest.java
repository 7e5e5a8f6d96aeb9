package io.github.hsmsigner.http.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hsmsigner.core.error.InvalidRequestException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the requests of clients hold in memory. */
class RequestMemoryTest {

    private static final String ACTION = "{\"action\":\"get_certificates\"";
    private static final long BUDGET = 250_000;

    private final CallbackRequestReader reader =
            new CallbackRequestReader(CallbackLimits.defaults().json());
    private final MemoryBudget budget = new MemoryBudget(BUDGET);

    private static InputStream body(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String withToken(int length) {
        return ACTION + ",\"signing_token\":\"" + "t".repeat(length) + "\"}";
    }

    /** A body that ends in the middle of a text, with an error: the client holds the connection and sends nothing more. */
    private void unfinished(MemoryBudget.Share share, int length) {
        InputStream part = body(withToken(length).substring(0, length));
        InputStream unfinished = new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("Nothing more comes.");
            }

            @Override
            public int read(byte[] buffer, int offset, int count) throws IOException {
                int n = part.read(buffer, offset, count);
                return n < 0 ? read() : n;
            }
        };
        assertThatThrownBy(() -> reader.read(unfinished, share, false)).hasMessage("Nothing more comes.");
    }

    @Test
    void aRequestHoldsMemoryForALongTextUntilItEnds() {
        List<MemoryBudget.Share> shares = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            MemoryBudget.Share share = budget.newShare();
            shares.add(share);
            unfinished(share, 16_000);
        }
        assertThat(budget.used()).isBetween(3 * 8 * 6_000L, BUDGET);

        shares.forEach(MemoryBudget.Share::close);
        assertThat(budget.used()).isZero();
    }

    @Test
    void beyondTheBudgetARequestIsAnsweredWith503() {
        try (MemoryBudget.Share first = budget.newShare();
                MemoryBudget.Share second = budget.newShare();
                MemoryBudget.Share third = budget.newShare();
                MemoryBudget.Share fourth = budget.newShare();
                MemoryBudget.Share refused = budget.newShare()) {
            for (MemoryBudget.Share share : List.of(first, second, third, fourth)) {
                unfinished(share, 16_000);
            }
            assertThatThrownBy(() -> reader.read(body(withToken(16_000)), refused, false))
                    .isInstanceOf(MemoryBudget.ExhaustedException.class)
                    .hasMessageContaining("more than " + BUDGET + " bytes");
            assertThat(budget.refused()).isEqualTo(1);
        }
        assertThat(budget.used()).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 40, 2_000, 7_000})
    void aUsualTokenFitsTheParserAndTakesNothing(int length) throws IOException {
        MemoryBudget nothing = new MemoryBudget(0);
        assertThat(reader.read(body(withToken(length)), nothing.newShare(), false)
                        .signingToken())
                .isPresent();
    }

    @Test
    void aUsualRawSignatureIsReadWhileOthersUseTheBudget() throws IOException {
        MemoryBudget nothing = new MemoryBudget(0);
        String json =
                "{\"action\":\"sign\",\"data_to_be_signed\":\"" + "A".repeat(400) + "\",\"signing_token\":\"user\"}";
        assertThat(reader.read(body(json), nothing.newShare(), true).signingToken())
                .isPresent();
        assertThat(nothing.refused()).isZero();
    }

    @Test
    void contentsAndUnknownTextsTakeNothing() throws IOException {
        MemoryBudget nothing = new MemoryBudget(0);
        String text = "A".repeat(400_000);
        reader.read(
                body(ACTION + ",\"x\":\"" + text + "\",\"encoded_contents\":\"" + text + "\"}"),
                nothing.newShare(),
                false);
        reader.read(
                body(ACTION + ",\"x\":{\"y\":\"" + text + "\"},\"data_to_be_signed\":\"" + text + "\"}"),
                nothing.newShare(),
                false);
        assertThat(nothing.refused()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF-8", "UTF-16BE", "UTF-32LE"})
    void namesThatClientsChooseAreNotKept(String charset) throws IOException {
        for (int request = 0; request < 300; request++) {
            StringBuilder json = new StringBuilder(ACTION);
            for (int i = 0; i < 30; i++) {
                json.append(",\"a name of request ")
                        .append(request)
                        .append(" and number ")
                        .append(i)
                        .append("\":0");
            }
            // The names of a nested object, and of a request that ends with an error, come to the same table.
            boolean broken = request % 2 == 0;
            json.append(",\"nested\":{\"in request ")
                    .append(request)
                    .append("\":0}")
                    .append(broken ? "" : "}");
            InputStream body = new ByteArrayInputStream(json.toString().getBytes(Charset.forName(charset)));
            if (broken) {
                assertThatThrownBy(() -> reader.read(body, budget.newShare(), false))
                        .isInstanceOf(InvalidRequestException.class);
            } else {
                reader.read(body, budget.newShare(), false);
            }
        }
        assertThat(reader.cachedNames()).isLessThanOrEqualTo(64);
    }
}
