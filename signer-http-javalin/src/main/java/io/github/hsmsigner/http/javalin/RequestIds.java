package io.github.hsmsigner.http.javalin;

import io.javalin.http.Context;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;

/**
 * The identifier of a request, which logs and responses share. It is the value of the header {@value #HEADER} if this
 * has 1 to 200 characters out of letters, digits and {@code . _ ~ : + / = @ -}. Such a value can stand unchanged in a
 * log line, a header and JSON. Otherwise the identifier is new. Thread-safe; each thread uses its own request.
 */
public final class RequestIds {

    /** The header that carries the identifier, in requests and in responses. */
    public static final String HEADER = "X-Request-Id";

    private static final Pattern VALID = Pattern.compile("[A-Za-z0-9._~:+/=@-]{1,200}");
    private static final String ATTRIBUTE = RequestIds.class.getName();

    private RequestIds() {}

    /**
     * Returns the identifier of a request. The first call adds it to the response. Further calls return the same.
     *
     * @param context the request
     * @return the identifier
     */
    public static String of(Context context) {
        String known = context.attribute(ATTRIBUTE);
        if (known != null) {
            return known;
        }
        String id = validOrNew(context.header(HEADER));
        context.attribute(ATTRIBUTE, id);
        context.header(HEADER, id);
        return id;
    }

    /**
     * Returns the identifier for a request with such a header.
     *
     * @param value the value of the header {@value #HEADER}; {@code null} if there is none
     * @return the value if it is valid, otherwise a new identifier
     */
    public static String validOrNew(String value) {
        if (value != null && VALID.matcher(value).matches()) {
            return value;
        }
        // A UUID of version 4. An identifier is no secret, and threads would wait for each other at a SecureRandom.
        ThreadLocalRandom random = ThreadLocalRandom.current();
        return new UUID(random.nextLong() & ~0xF000L | 0x4000L, random.nextLong() >>> 2 | Long.MIN_VALUE).toString();
    }
}
