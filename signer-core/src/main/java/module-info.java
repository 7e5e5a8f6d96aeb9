/**
 * Signing service, keys, certificates and signature containers. {@link io.github.hsmsigner.core.SigningService} is the entry point.
 */
@SuppressWarnings("module")
module io.github.hsmsigner.core {
    requires transitive org.bouncycastle.pkix;
    requires transitive org.bouncycastle.provider;
    requires org.bouncycastle.util;
    requires static org.jspecify;
    requires org.slf4j;

    exports io.github.hsmsigner.core;
    exports io.github.hsmsigner.core.certificate;
    exports io.github.hsmsigner.core.cms;
    exports io.github.hsmsigner.core.error;
    exports io.github.hsmsigner.core.failover;
    exports io.github.hsmsigner.core.keystore;
    exports io.github.hsmsigner.core.revocation;
    exports io.github.hsmsigner.core.tsp;
    exports io.github.hsmsigner.core.x509;
    // The modules of this project share the readers of files and peers. They are not part of the public API.
    exports io.github.hsmsigner.core.internal.fetch to
            io.github.hsmsigner.pkcs11,
            io.github.hsmsigner.service;
    exports io.github.hsmsigner.core.internal.key to
            io.github.hsmsigner.pkcs11,
            io.github.hsmsigner.service;
    exports io.github.hsmsigner.core.internal.secret to
            io.github.hsmsigner.access,
            io.github.hsmsigner.pkcs11,
            io.github.hsmsigner.service;
    exports io.github.hsmsigner.core.internal.uri to
            io.github.hsmsigner.service;

    uses io.github.hsmsigner.core.ContainerBuilder;
    uses io.github.hsmsigner.core.KeySource.Provider;

    provides io.github.hsmsigner.core.ContainerBuilder with
            io.github.hsmsigner.core.cms.CmsContainerBuilder;
    provides io.github.hsmsigner.core.KeySource.Provider with
            io.github.hsmsigner.core.internal.uri.FileKeySource.Provider;
}
