package io.github.hsmsigner.examples.documentengine;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** A form with files, as browsers and curl send it ({@code multipart/form-data}). */
final class Form {

    private static final String BOUNDARY = "boundary-of-the-test";
    static final String CONTENT_TYPE = "multipart/form-data; boundary=" + BOUNDARY;

    private final ByteArrayOutputStream parts = new ByteArrayOutputStream();

    Form text(String field, String value) {
        return part(field, "", value.getBytes(StandardCharsets.UTF_8));
    }

    Form file(String field, String name, byte[] content) {
        return part(field, "; filename=\"" + name + "\"", content);
    }

    private Form part(String field, String more, byte[] content) {
        parts.writeBytes(
                ("--" + BOUNDARY + "\r\nContent-Disposition: form-data; name=\"" + field + "\"" + more + "\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
        parts.writeBytes(content);
        parts.writeBytes("\r\n".getBytes(StandardCharsets.US_ASCII));
        return this;
    }

    byte[] bytes() {
        ByteArrayOutputStream form = new ByteArrayOutputStream();
        form.writeBytes(parts.toByteArray());
        form.writeBytes(("--" + BOUNDARY + "--\r\n").getBytes(StandardCharsets.US_ASCII));
        return form.toByteArray();
    }
}
