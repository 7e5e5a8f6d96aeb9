package io.github.hsmsigner.http.corpus;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.regex.Pattern;

/** What the text of an error answer looks like, whatever was wrong. */
public final class ErrorText {

    private static final Pattern SHAPE = Pattern.compile(
            "\\{\"error\":\\{\"code\":\"[a-z_]+\",\"message\":\"[A-Z][\\x20-\\x7e&&[^\"\\\\]]*\\.\",\"request_id\":\"([^\"]*)\"}}");

    private static final Pattern INTERNALS = Pattern.compile(
            "Exception|io\\.github|java\\.|com\\.fasterxml|jackson|jetty|javalin|line:|column|\\\\n|\\\\t|/home|/tmp|/work|\\bat \\w+\\.",
            Pattern.CASE_INSENSITIVE);

    private ErrorText() {}

    /** Fails unless the text has the shape of an error, names the request, and shows nothing of how it was served. */
    public static void assertIsHarmless(String text, String requestId) {
        assertThat(SHAPE.matcher(text)).as(text).matches();
        assertThat(text).endsWith("\"request_id\":\"" + requestId + "\"}}");
        assertThat(INTERNALS.matcher(text).find()).as(text).isFalse();
    }
}
