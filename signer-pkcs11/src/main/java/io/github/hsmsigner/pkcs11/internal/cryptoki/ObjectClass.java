package io.github.hsmsigner.pkcs11.internal.cryptoki;

/**
 * The values of CKA_CLASS and of the types below it that this library meets (PKCS#11 2.40, header {@code pkcs11t.h}).
 */
public final class ObjectClass {

    /** CKO_CERTIFICATE. */
    public static final long CERTIFICATE = 1;
    /** CKO_PUBLIC_KEY. */
    public static final long PUBLIC_KEY = 2;
    /** CKO_PRIVATE_KEY. */
    public static final long PRIVATE_KEY = 3;

    /** CKC_X_509. */
    public static final long X_509_CERTIFICATE = 0;
    /** CKK_RSA. */
    public static final long RSA_KEY = 0;
    /** CKK_EC. */
    public static final long EC_KEY = 3;
    /** CKK_EC_EDWARDS (PKCS#11 3.0). */
    public static final long EC_EDWARDS_KEY = 0x40;

    private ObjectClass() {}
}
