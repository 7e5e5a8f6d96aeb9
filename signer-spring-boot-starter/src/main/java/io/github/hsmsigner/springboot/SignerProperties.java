package io.github.hsmsigner.springboot;

import io.github.hsmsigner.pkcs11.Pkcs11Config;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The properties {@code signer.*}. Immutable. No property holds a secret: the URI of a key names the file, the variable
 * or the command that has its PIN or password.
 *
 * @param keys Signing keys by name. Requests, beans, health and metrics use the name.
 * @param failFast Whether startup fails if a key cannot sign yet. By default, the application starts, its health is DOWN,
 *     and the key is connected in the background.
 * @param startupTimeout Maximum time that startup waits for the first connection to the keys.
 * @param certificateValidity Whether a key signs only while its certificate is valid.
 * @param revocationInfo Whether CMS containers include OCSP responses and CRLs.
 * @param queue Queue of signatures before each token.
 * @param pkcs11 Settings of each PKCS#11 token.
 * @param timestamps Timestamps of RFC 3161 over signatures.
 */
@ConfigurationProperties("signer")
public record SignerProperties(
        @DefaultValue Map<String, Key> keys,
        @DefaultValue("false") boolean failFast,
        @DefaultValue("20s") Duration startupTimeout,
        @DefaultValue("required") CertificateValidity certificateValidity,
        @DefaultValue("false") boolean revocationInfo,
        @DefaultValue Queue queue,
        @DefaultValue Pkcs11 pkcs11,
        @DefaultValue Timestamps timestamps) {

    static final String PREFIX = "signer";
    static final String KEYS = PREFIX + ".keys";

    /**
     * A signing key. Immutable.
     *
     * @param uri URI of the key. pkcs11: names a key on a token (RFC 7512) and needs module-path and pin-source. file: names
     *     a PKCS#12 file and needs password-file. Another scheme needs its KeySource.Provider on the class path.
     * @param certificate File with the certificate of the key, and optionally its chain, in PEM, DER or PKCS#7. By default,
     *     the certificate is taken from the token or file of the URI.
     * @param caCertificates Files with further certificates of the chain.
     * @param rsaScheme Scheme of an RSA key. By default, pkcs1, unless the certificate allows only RSASSA-PSS.
     */
    public record Key(
            @Nullable String uri,
            @Nullable Path certificate,
            @DefaultValue List<Path> caCertificates,
            @Nullable RsaScheme rsaScheme) {

        /** Omits the URI, because a mistake can put a secret into it. */
        @Override
        public String toString() {
            return "Key[certificate=" + certificate + ", caCertificates=" + caCertificates + ", rsaScheme=" + rsaScheme
                    + "]";
        }
    }

    /** The schemes of an RSA key. */
    public enum RsaScheme {
        /** RSASSA-PKCS1-v1_5. */
        PKCS1,
        /** RSASSA-PSS. */
        PSS
    }

    /** The consequences of a certificate that is not valid. */
    public enum CertificateValidity {
        /** The application does not start with it, and does not sign after it has expired. */
        REQUIRED,
        /** The log has a warning. */
        WARN
    }

    /**
     * The queue of signatures before each token. Immutable.
     *
     * @param maxWait Maximum time that a signature waits in the queue.
     * @param maxWaiting Maximum number of signatures that wait for a session of the token. Further ones fail at once.
     */
    public record Queue(
            @DefaultValue("30s") Duration maxWait,
            @DefaultValue("128") int maxWaiting) {}

    /**
     * The settings of each PKCS#11 token. Immutable. A {@link Pkcs11ConfigBuilderCustomizer} sets the other ones.
     *
     * @param maximumPoolSize Maximum number of sessions with a token.
     * @param minimumIdle Number of idle sessions to keep ready, up to the maximum.
     * @param keepaliveTime Time after which an idle session, and the login, are checked. Some devices end an unused session
     *     after 30 seconds.
     */
    public record Pkcs11(
            @DefaultValue("" + Pkcs11Config.DEFAULT_MAXIMUM_POOL_SIZE)
            int maximumPoolSize,

            @DefaultValue("" + Pkcs11Config.DEFAULT_MINIMUM_IDLE)
            int minimumIdle,

            @DefaultValue("20s") Duration keepaliveTime) {}

    /**
     * Timestamps of RFC 3161 over signatures. Immutable.
     *
     * @param addresses Addresses of timestamp authorities, in the order of use. Without an address, there are no timestamps.
     * @param trusted Files with trusted certificates for the authorities' certificates. By default, every certificate is
     *     trusted.
     * @param required Whether a request fails if no authority responds. Otherwise the signature has level B-B then.
     * @param attemptLimit Maximum time to wait for one authority.
     */
    public record Timestamps(
            @DefaultValue List<URI> addresses,
            @DefaultValue List<Path> trusted,
            @DefaultValue("true") boolean required,
            @DefaultValue("5s") Duration attemptLimit) {}
}
