/** Keys on PKCS#11 tokens. {@link io.github.hsmsigner.pkcs11.Pkcs11Token} is the entry point. */
@SuppressWarnings({"module", "requires-automatic"})
module io.github.hsmsigner.pkcs11 {
    requires transitive io.github.hsmsigner.core;
    requires ipkcs11wrapper;
    requires org.bouncycastle.pkix;
    requires org.bouncycastle.provider;
    requires static org.jspecify;
    requires org.slf4j;

    exports io.github.hsmsigner.pkcs11;
    exports io.github.hsmsigner.pkcs11.description;
    exports io.github.hsmsigner.pkcs11.health;

    provides io.github.hsmsigner.core.KeySource.Provider with
            io.github.hsmsigner.pkcs11.internal.uri.Pkcs11KeySource.Provider;
}
