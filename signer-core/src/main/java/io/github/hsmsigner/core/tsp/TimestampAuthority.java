package io.github.hsmsigner.core.tsp;

import io.github.hsmsigner.core.internal.fetch.HttpAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.jspecify.annotations.Nullable;

/**
 * The address, credentials and policy of one timestamp authority. Immutable; {@link #toString} shows neither
 * credentials nor parts of the address that may be credentials.
 */
public final class TimestampAuthority {

    private final URI address;
    private final @Nullable ASN1ObjectIdentifier policy;
    private final List<X509Certificate> trusted;
    private final @Nullable String authorization;

    private TimestampAuthority(Builder builder) {
        this.address = builder.address;
        this.policy = builder.policy;
        this.trusted = builder.trusted;
        this.authorization = builder.authorization;
    }

    /**
     * Starts the description of an authority.
     *
     * @param address where it takes requests; http or https
     * @return a builder
     * @throws IllegalArgumentException if the address has another scheme, no valid host, or a user
     */
    public static Builder builder(URI address) {
        return new Builder(address);
    }

    /**
     * Returns the address for requests.
     *
     * @return the address
     */
    public URI address() {
        return address;
    }

    Optional<ASN1ObjectIdentifier> policy() {
        return Optional.ofNullable(policy);
    }

    List<X509Certificate> trusted() {
        return trusted;
    }

    /** Returns the value of the header Authorization (RFC 7617), which java.net.http takes as a String only. */
    Optional<String> authorization() {
        return Optional.ofNullable(authorization);
    }

    /** Returns scheme, host and port only, because paths and queries of authorities may hold customers' keys. */
    @Override
    public String toString() {
        return HttpAddress.parse(address.toString()).origin();
    }

    /** Collects the settings of a {@link TimestampAuthority}. Not thread-safe. */
    public static final class Builder {

        private final URI address;
        private @Nullable ASN1ObjectIdentifier policy;
        private List<X509Certificate> trusted = List.of();
        private @Nullable String authorization;

        private Builder(URI address) {
            HttpAddress parsed;
            try {
                parsed = HttpAddress.parse(address.toString());
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(
                        "The address of a timestamp authority cannot be used: " + e.getMessage(), e);
            }
            if (parsed.hasUser()) {
                throw new IllegalArgumentException(
                        "The address of a timestamp authority must not contain a user or a password");
            }
            this.address = parsed.uri();
        }

        /**
         * Requests timestamps under a policy. Default: the authority chooses.
         *
         * @param oid the policy's object identifier in dotted form
         * @return this builder
         * @throws IllegalArgumentException if that is no object identifier
         */
        public Builder policy(String oid) {
            this.policy = new ASN1ObjectIdentifier(oid);
            return this;
        }

        /**
         * Sets the accepted certificates. The authority's own certificate must be one of these, or be issued by one of
         * them. Default: a timestamp is accepted with any certificate that it carries, and verifiers decide.
         *
         * @param certificates the trusted certificates
         * @return this builder
         */
        public Builder trusted(Collection<X509Certificate> certificates) {
            this.trusted = List.copyOf(certificates);
            return this;
        }

        /**
         * Sends a user name and a password with each request (RFC 7617).
         *
         * @param user the user name; without a colon
         * @param password the password; not kept as it is, and for the caller to wipe
         * @return this builder
         * @throws IllegalArgumentException if the user name holds a colon
         */
        public Builder basicAuth(String user, char[] password) {
            if (user.indexOf(':') >= 0) {
                throw new IllegalArgumentException("A user name for basic authentication holds no colon");
            }
            CharBuffer pair = CharBuffer.allocate(user.length() + 1 + password.length);
            pair.put(user).put(':').put(password).flip();
            ByteBuffer octets = StandardCharsets.UTF_8.encode(pair);
            byte[] exact = Arrays.copyOf(octets.array(), octets.limit());
            this.authorization = "Basic " + Base64.getEncoder().encodeToString(exact);
            Arrays.fill(pair.array(), '\0');
            Arrays.fill(octets.array(), (byte) 0);
            Arrays.fill(exact, (byte) 0);
            return this;
        }

        /**
         * Builds the description.
         *
         * @return the authority
         */
        public TimestampAuthority build() {
            return new TimestampAuthority(this);
        }
    }
}
