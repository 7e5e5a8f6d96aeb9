package io.github.hsmsigner.http.javalin;

import io.javalin.http.Context;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * Gives every request an identifier that logs and answers share.
 *
 * <p>The identifier is the value of the header {@value #HEADER} if that is harmless. A harmless value has 1 to 200
 * characters out of letters, digits and {@code . _ ~ : + / = @ -}. It can stand unchanged in a log line, a header and
 * JSON. Otherwise this class creates an identifier. The answer carries the identifier in both cases.
 *
 * <p>Thread-safe, as long as each thread has its own request.
 */
public final class RequestIds {

    /** The header that carries the identifier, in requests and in answers. */
    public static final String HEADER = "X-Request-Id";

    private static final Pattern HARMLESS = Pattern.compile("[A-Za-z0-9._~:+/=@-]{1,200}");
    private static final String ATTRIBUTE = RequestIds.class.getName();

    private RequestIds() {}

    /**
     * Returns the identifier of a request. The first call determines it and adds it to the answer. Further calls return
     * the same.
     *
     * @param context the request
     * @return the identifier
     */
    public static String of(Context context) {
        String settled = context.attribute(ATTRIBUTE);
        if (settled != null) {
            return settled;
        }
        String id = harmlessOrNew(context.header(HEADER));
        context.attribute(ATTRIBUTE, id);
        context.header(HEADER, id);
        return id;
    }

    /**
     * Returns the identifier for a request with such a header.
     *
     * @param offered the value of the header {@value #HEADER}; {@code null} if there is none
     * @return the value if it is harmless, otherwise a new identifier
     */
    public static String harmlessOrNew(String offered) {
        return offered != null && HARMLESS.matcher(offered).matches()
                ? offered
                : UUID.randomUUID().toString();
    }
}
