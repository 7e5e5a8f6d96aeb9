package io.github.hsmsigner.pkcs11.internal.cryptoki;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** A token that refuses to show some attributes of objects of a class, and shows the others. */
public final class RefusingCryptoki extends DelegatingCryptoki {

    private final Map<String, ReturnValue> refusals = new ConcurrentHashMap<>();

    public RefusingCryptoki(Cryptoki target) {
        super(target);
    }

    /** Answers an error for that attribute from now on, in the way of {@link Cryptoki#attribute}. */
    public RefusingCryptoki refuse(long objectClass, AttributeType<?> type, ReturnValue returnValue) {
        refusals.put(objectClass + " " + type, returnValue);
        return this;
    }

    /** Shows everything again. */
    public void relent() {
        refusals.clear();
    }

    @Override
    public <T> Optional<T> attribute(long session, long object, AttributeType<T> type) throws CryptokiException {
        Optional<Long> objectClass = super.attribute(session, object, AttributeType.CLASS);
        ReturnValue refusal = refusals.get(objectClass.orElseThrow() + " " + type);
        if (refusal != null && refusal == ReturnValue.ATTRIBUTE_TYPE_INVALID) {
            return Optional.empty();
        }
        if (refusal != null) {
            throw new CryptokiException("C_GetAttributeValue(" + type + ")", refusal);
        }
        return super.attribute(session, object, type);
    }
}
