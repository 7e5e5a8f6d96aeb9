package io.github.hsmsigner.service.metrics;

/** The kinds of settings that can change while the service runs. */
public enum Reload {
    /** The PIN of a token. */
    PIN("pin"),
    /** The certificates of the keys. */
    CERTIFICATES("certificates"),
    /** The access settings: who may sign. */
    POLICY("policy"),
    /** Certificate and key of the server, or whose client certificates it takes. */
    TLS("tls");

    private final String text;

    Reload(String text) {
        this.text = text;
    }

    /** Returns the value of the label {@code kind}. */
    String text() {
        return text;
    }
}
