/** A JCA provider over signing keys. {@link io.github.hsmsigner.jca.SignerProvider} is the entry point. */
module io.github.hsmsigner.jca {
    requires transitive io.github.hsmsigner.core;
    requires static org.jspecify;

    exports io.github.hsmsigner.jca;

    provides java.security.Provider with
            io.github.hsmsigner.jca.SignerProvider;
}
