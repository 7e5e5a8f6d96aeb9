package io.github.hsmsigner.http.service;

/** A PIN or password: characters that nothing prints. Immutable. */
final class Secret {

    private final char[] characters;

    private Secret(char[] characters) {
        this.characters = characters;
    }

    /** Wraps a text exactly as it is. */
    static Secret of(String text) {
        return new Secret(text.toCharArray());
    }

    /** A copy of the characters, for the caller to wipe. */
    char[] characters() {
        return characters.clone();
    }

    @Override
    public String toString() {
        return "Secret[hidden]";
    }
}
