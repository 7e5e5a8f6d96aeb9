package io.github.hsmsigner.http.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.core.error.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class HttpErrorCodeTest {

    private static final Path PAGE = Path.of("..", "docs", "reference", "errors.md");
    private static final String BEGIN = "<!-- error codes: generated -->\n";
    private static final String END = "<!-- end of error codes -->";

    /** {@code -Ddocs.write=true} generates the table. */
    @Test
    void theTableOfTheErrorsPageIsGenerated() throws IOException {
        String page = Files.readString(PAGE);
        assertThat(page).contains(BEGIN, END);
        String expected = page.substring(0, page.indexOf(BEGIN)) + BEGIN + "\n" + table() + "\n"
                + page.substring(page.indexOf(END));
        if (Boolean.getBoolean("docs.write")) {
            Files.writeString(PAGE, expected);
        }
        assertThat(Files.readString(PAGE))
                .as("docs/reference/errors.md, which -Ddocs.write=true generates")
                .isEqualTo(expected);
    }

    private static String table() {
        return "| status | code | meaning |\n| --- | --- | --- |\n"
                + Arrays.stream(HttpErrorCode.values())
                        .map(code -> "| " + code.status() + " | `" + code.text() + "` | " + code.description() + " |\n")
                        .collect(Collectors.joining());
    }

    @ParameterizedTest
    @EnumSource(ErrorCode.class)
    void eachErrorOfTheSigningServiceKeepsItsText(ErrorCode code) {
        assertThat(HttpErrorCode.of(code).text()).isEqualTo(code.text());
    }

    @Test
    void textsAreDifferent() {
        assertThat(HttpErrorCode.values()).extracting(HttpErrorCode::text).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @EnumSource(HttpErrorCode.class)
    void eachIsOneErrorWithADescription(HttpErrorCode code) {
        assertThat(code.text()).matches("[a-z]+(_[a-z]+)*");
        assertThat(code.status()).isBetween(400, 599);
        assertThat(code.description()).matches("[A-Z`][^|\n]*[^.]\\.");
    }

    @ParameterizedTest
    @EnumSource(HttpErrorCode.class)
    void aResponseHasTheStatusAndTheText(HttpErrorCode code) {
        CallbackResponse answer = ErrorResponses.of(code, "Say please.", "id-1");
        assertThat(answer.status()).isEqualTo(code.status());
        assertThat(answer.outcome()).isEqualTo(code.text());
        assertThat(answer.body())
                .asString()
                .isEqualTo("{\"error\":{\"code\":\"" + code.text()
                        + "\",\"message\":\"Say please.\",\"request_id\":\"id-1\"}}");
    }
}
