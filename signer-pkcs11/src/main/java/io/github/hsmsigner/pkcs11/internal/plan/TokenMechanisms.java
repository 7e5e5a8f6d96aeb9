package io.github.hsmsigner.pkcs11.internal.plan;

import io.github.hsmsigner.pkcs11.internal.cryptoki.Cryptoki;
import io.github.hsmsigner.pkcs11.internal.cryptoki.CryptokiException;
import io.github.hsmsigner.pkcs11.internal.cryptoki.MechanismType;
import io.github.hsmsigner.pkcs11.internal.cryptoki.ReturnValue;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks a token which mechanisms it signs with. */
public final class TokenMechanisms {

    private static final Logger LOG = LoggerFactory.getLogger(TokenMechanisms.class);

    private TokenMechanisms() {}

    /**
     * Reads the mechanisms that this library knows and the token signs with.
     *
     * @param cryptoki the module
     * @param slotId the slot of the token
     * @return the mechanisms; unmodifiable
     * @throws CryptokiException if the token cannot be read
     */
    public static Set<MechanismType> of(Cryptoki cryptoki, long slotId) throws CryptokiException {
        Set<MechanismType> signing = EnumSet.noneOf(MechanismType.class);
        for (long code : cryptoki.mechanismList(slotId)) {
            Optional<MechanismType> type = MechanismType.ofCode(code);
            if (type.isPresent() && signs(cryptoki, slotId, type.get())) {
                signing.add(type.get());
            }
        }
        return Collections.unmodifiableSet(signing);
    }

    /**
     * Returns whether a listed mechanism signs. If the token reports no details of it, it is used; the first signature
     * proves it.
     */
    private static boolean signs(Cryptoki cryptoki, long slotId, MechanismType type) throws CryptokiException {
        try {
            return cryptoki.mechanismInfo(slotId, type).signs();
        } catch (CryptokiException e) {
            if (e.is(ReturnValue.FUNCTION_FAILED)
                    || e.is(ReturnValue.FUNCTION_NOT_SUPPORTED)
                    || e.is(ReturnValue.MECHANISM_INVALID)) {
                LOG.warn("Whether the token signs with {} is unknown: {}.", type, e.getMessage());
                return type.signs();
            }
            throw e;
        }
    }
}
