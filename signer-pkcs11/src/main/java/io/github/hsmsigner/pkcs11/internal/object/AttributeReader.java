package io.github.hsmsigner.pkcs11.internal.object;

import io.github.hsmsigner.pkcs11.internal.cryptoki.AttributeType;
import io.github.hsmsigner.pkcs11.internal.cryptoki.Cryptoki;
import io.github.hsmsigner.pkcs11.internal.cryptoki.CryptokiException;
import io.github.hsmsigner.pkcs11.internal.cryptoki.ReturnValue;
import java.util.HashSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Reads attributes one at a time, so that one that the token refuses does not hide the others. Errors that are about the attribute
 * make it unknown; those about the session, the login or the module are thrown.
 */
final class AttributeReader {

    private static final Logger LOG = LoggerFactory.getLogger(AttributeReader.class);

    /**
     * Some are what tokens answer for attributes that they do not know; CKR_FUNCTION_FAILED and CKR_DEVICE_ERROR are what CloudHSM
     * answers when it is asked too often.
     */
    private static final Set<ReturnValue> ABOUT_THE_ATTRIBUTE = Set.of(
            ReturnValue.GENERAL_ERROR,
            ReturnValue.FUNCTION_FAILED,
            ReturnValue.ARGUMENTS_BAD,
            ReturnValue.ATTRIBUTE_VALUE_INVALID,
            ReturnValue.DEVICE_ERROR,
            ReturnValue.FUNCTION_NOT_SUPPORTED);

    private final Cryptoki cryptoki;
    private final long session;
    private final Level level;
    private final Set<String> logged = new HashSet<>();

    AttributeReader(Cryptoki cryptoki, long session, Level level) {
        this.cryptoki = cryptoki;
        this.session = session;
        this.level = level;
    }

    <T> AttributeReading<T> read(long object, AttributeType<T> type) throws CryptokiException {
        try {
            return AttributeReading.of(cryptoki.attribute(session, object, type));
        } catch (CryptokiException e) {
            if (ReturnValue.of(e.returnValue())
                    .filter(ABOUT_THE_ATTRIBUTE::contains)
                    .isEmpty()) {
                throw e;
            }
            if (logged.add(type + " " + e.returnValue())) {
                LOG.atLevel(level)
                        .log("{} of the object with handle {} cannot be read: {}.", type, object, e.getMessage());
            }
            return AttributeReading.unreadable();
        }
    }
}
