package io.github.hsmsigner.pkcs11.internal.cryptoki;

/**
 * The attributes that this library reads, searches by or sets, with the Java types of their values. Immutable.
 *
 * @param <T> the Java type of the values
 */
public final class AttributeType<T> {

    /** CKA_CLASS. */
    public static final AttributeType<Long> CLASS = new AttributeType<>(0x000, "CKA_CLASS", Long.class);
    /** CKA_TOKEN. */
    public static final AttributeType<Boolean> TOKEN = new AttributeType<>(0x001, "CKA_TOKEN", Boolean.class);
    /** CKA_PRIVATE. */
    public static final AttributeType<Boolean> PRIVATE = new AttributeType<>(0x002, "CKA_PRIVATE", Boolean.class);
    /** CKA_LABEL. */
    public static final AttributeType<String> LABEL = new AttributeType<>(0x003, "CKA_LABEL", String.class);
    /** CKA_VALUE; of a certificate, its DER encoding. */
    public static final AttributeType<byte[]> VALUE = new AttributeType<>(0x011, "CKA_VALUE", byte[].class);
    /** CKA_CERTIFICATE_TYPE. */
    public static final AttributeType<Long> CERTIFICATE_TYPE =
            new AttributeType<>(0x080, "CKA_CERTIFICATE_TYPE", Long.class);
    /** CKA_ISSUER, in DER. */
    public static final AttributeType<byte[]> ISSUER = new AttributeType<>(0x081, "CKA_ISSUER", byte[].class);
    /** CKA_SERIAL_NUMBER, in DER. */
    public static final AttributeType<byte[]> SERIAL_NUMBER =
            new AttributeType<>(0x082, "CKA_SERIAL_NUMBER", byte[].class);
    /** CKA_KEY_TYPE. */
    public static final AttributeType<Long> KEY_TYPE = new AttributeType<>(0x100, "CKA_KEY_TYPE", Long.class);
    /** CKA_SUBJECT, in DER. */
    public static final AttributeType<byte[]> SUBJECT = new AttributeType<>(0x101, "CKA_SUBJECT", byte[].class);
    /** CKA_ID. */
    public static final AttributeType<byte[]> ID = new AttributeType<>(0x102, "CKA_ID", byte[].class);
    /** CKA_SENSITIVE. */
    public static final AttributeType<Boolean> SENSITIVE = new AttributeType<>(0x103, "CKA_SENSITIVE", Boolean.class);
    /** CKA_ENCRYPT. */
    public static final AttributeType<Boolean> ENCRYPT = new AttributeType<>(0x104, "CKA_ENCRYPT", Boolean.class);
    /** CKA_DECRYPT. */
    public static final AttributeType<Boolean> DECRYPT = new AttributeType<>(0x105, "CKA_DECRYPT", Boolean.class);
    /** CKA_WRAP. */
    public static final AttributeType<Boolean> WRAP = new AttributeType<>(0x106, "CKA_WRAP", Boolean.class);
    /** CKA_UNWRAP. */
    public static final AttributeType<Boolean> UNWRAP = new AttributeType<>(0x107, "CKA_UNWRAP", Boolean.class);
    /** CKA_SIGN. */
    public static final AttributeType<Boolean> SIGN = new AttributeType<>(0x108, "CKA_SIGN", Boolean.class);
    /** CKA_VERIFY. */
    public static final AttributeType<Boolean> VERIFY = new AttributeType<>(0x10a, "CKA_VERIFY", Boolean.class);
    /** CKA_DERIVE. */
    public static final AttributeType<Boolean> DERIVE = new AttributeType<>(0x10c, "CKA_DERIVE", Boolean.class);
    /** CKA_MODULUS, big-endian without sign. */
    public static final AttributeType<byte[]> MODULUS = new AttributeType<>(0x120, "CKA_MODULUS", byte[].class);
    /** CKA_MODULUS_BITS. */
    public static final AttributeType<Long> MODULUS_BITS = new AttributeType<>(0x121, "CKA_MODULUS_BITS", Long.class);
    /** CKA_PUBLIC_EXPONENT, big-endian without sign. */
    public static final AttributeType<byte[]> PUBLIC_EXPONENT =
            new AttributeType<>(0x122, "CKA_PUBLIC_EXPONENT", byte[].class);
    /** CKA_PUBLIC_KEY_INFO: the SubjectPublicKeyInfo in DER. */
    public static final AttributeType<byte[]> PUBLIC_KEY_INFO =
            new AttributeType<>(0x129, "CKA_PUBLIC_KEY_INFO", byte[].class);
    /** CKA_EXTRACTABLE. */
    public static final AttributeType<Boolean> EXTRACTABLE =
            new AttributeType<>(0x162, "CKA_EXTRACTABLE", Boolean.class);
    /** CKA_EC_PARAMS: the curve, in DER. */
    public static final AttributeType<byte[]> EC_PARAMS = new AttributeType<>(0x180, "CKA_EC_PARAMS", byte[].class);
    /** CKA_EC_POINT: the point, in DER by the book. */
    public static final AttributeType<byte[]> EC_POINT = new AttributeType<>(0x181, "CKA_EC_POINT", byte[].class);
    /** CKA_ALWAYS_AUTHENTICATE. */
    public static final AttributeType<Boolean> ALWAYS_AUTHENTICATE =
            new AttributeType<>(0x202, "CKA_ALWAYS_AUTHENTICATE", Boolean.class);
    /** CKA_ALLOWED_MECHANISMS: the CKM codes. */
    public static final AttributeType<long[]> ALLOWED_MECHANISMS =
            new AttributeType<>(0x4000_0600L, "CKA_ALLOWED_MECHANISMS", long[].class);

    private final long code;
    private final String name;
    private final Class<T> javaType;

    private AttributeType(long code, String name, Class<T> javaType) {
        this.code = code;
        this.name = name;
        this.javaType = javaType;
    }

    /**
     * Returns the number of the attribute.
     *
     * @return the CKA code
     */
    public long code() {
        return code;
    }

    /**
     * Returns the Java type of the values.
     *
     * @return the class
     */
    public Class<T> javaType() {
        return javaType;
    }

    /**
     * This attribute with a value, for a template.
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
