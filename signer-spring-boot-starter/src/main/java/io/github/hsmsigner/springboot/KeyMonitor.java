package io.github.hsmsigner.springboot;

import io.github.hsmsigner.core.SigningKey;
import io.github.hsmsigner.core.SigningQueue;
import io.github.hsmsigner.pkcs11.Pkcs11Config;
import io.github.hsmsigner.pkcs11.Pkcs11Token;
import java.util.Collection;
import java.util.function.Consumer;

/** Measures keys, tokens and queues. Thread-safe. */
interface KeyMonitor {

    /** Does nothing. */
    KeyMonitor NONE = new KeyMonitor() {};

    /** Adds a listener to the settings of a token. The result accepts the token once it is open. */
    default Consumer<Pkcs11Token> token(String name, Pkcs11Config.Builder builder) {
        return token -> {};
    }

    /** Measures the queue before a token. */
    default void queue(String token, SigningQueue queue) {}

    /** Measures these keys, which are all that were found so far. */
    default void keys(Collection<SigningKey> found) {}
}
