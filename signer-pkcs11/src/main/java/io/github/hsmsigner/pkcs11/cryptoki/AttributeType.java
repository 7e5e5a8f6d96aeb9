package io.github.hsmsigner.pkcs11.cryptoki;

/**
 * The attributes that this library reads or searches by, with the Java types of their values. Immutable.
 *
 * @param <T> the Java type of the values
 */
public final class AttributeType<T> {

    /** CKA_CLASS. */
    public static final AttributeType<Long> CLASS = new AttributeType<>(0x000, "CKA_CLASS", Long.class);
    /** CKA_LABEL. */
    public static final AttributeType<String> LABEL = new AttributeType<>(0x003, "CKA_LABEL", String.class);
    /** CKA_VALUE; of a certificate, its DER encoding. */
    public static final AttributeType<byte[]> VALUE = new AttributeType<>(0x011, "CKA_VALUE", byte[].class);
    /** CKA_CERTIFICATE_TYPE. */
    public static final AttributeType<Long> CERTIFICATE_TYPE =
            new AttributeType<>(0x080, "CKA_CERTIFICATE_TYPE", Long.class);
    /** CKA_KEY_TYPE. */
    public static final AttributeType<Long> KEY_TYPE = new AttributeType<>(0x100, "CKA_KEY_TYPE", Long.class);
    /** CKA_ID. */
    public static final AttributeType<byte[]> ID = new AttributeType<>(0x102, "CKA_ID", byte[].class);
    /** CKA_SIGN. */
    public static final AttributeType<Boolean> SIGN = new AttributeType<>(0x108, "CKA_SIGN", Boolean.class);
    /** CKA_MODULUS, big-endian without sign. */
    public static final AttributeType<byte[]> MODULUS = new AttributeType<>(0x120, "CKA_MODULUS", byte[].class);
    /** CKA_PUBLIC_EXPONENT, big-endian without sign. */
    public static final AttributeType<byte[]> PUBLIC_EXPONENT =
            new AttributeType<>(0x122, "CKA_PUBLIC_EXPONENT", byte[].class);

    private final long code;
    private final String name;
    private final Class<T> javaType;

    private AttributeType(long code, String name, Class<T> javaType) {
        this.code = code;
        this.name = name;
        this.javaType = javaType;
    }

    /**
     * The number of the attribute.
     *
     * @return the CKA code
     */
    public long code() {
        return code;
    }

    /**
     * The Java type of the values.
     *
     * @return the class
     */
    public Class<T> javaType() {
        return javaType;
    }

    /**
     * This attribute with a value, for a search.
     *
     * @param value the value
     * @return the pair
     */
    public AttributeValue<T> is(T value) {
        return new AttributeValue<>(this, value);
    }

    @Override
    public String toString() {
        return name;
    }
}
