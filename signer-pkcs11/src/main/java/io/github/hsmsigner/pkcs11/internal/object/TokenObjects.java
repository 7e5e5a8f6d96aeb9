package io.github.hsmsigner.pkcs11.internal.object;

import io.github.hsmsigner.core.certificate.CertificateFiles;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.core.internal.key.SubjectPublicKeys;
import io.github.hsmsigner.pkcs11.internal.cryptoki.AttributeType;
import io.github.hsmsigner.pkcs11.internal.cryptoki.AttributeValue;
import io.github.hsmsigner.pkcs11.internal.cryptoki.Cryptoki;
import io.github.hsmsigner.pkcs11.internal.cryptoki.CryptokiException;
import io.github.hsmsigner.pkcs11.internal.cryptoki.ObjectClass;
import java.io.IOException;
import java.math.BigInteger;
import java.security.PublicKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPublicKey;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.bouncycastle.asn1.ASN1Integer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Reads and makes the objects of a token in one session, while things are set up, or a key is looked up again. For one thread.
 */
public final class TokenObjects {

    private static final Logger LOG = LoggerFactory.getLogger(TokenObjects.class);

    private final Cryptoki cryptoki;
    private final long session;
    private final Level level;
    private final AttributeReader attributes;

    /**
     * Reads in a session, and warns of what cannot be read.
     *
     * @param cryptoki the module
     * @param session a session that is logged in
     */
    public TokenObjects(Cryptoki cryptoki, long session) {
        this(cryptoki, session, Level.WARN);
    }

    private TokenObjects(Cryptoki cryptoki, long session, Level level) {
        this.cryptoki = cryptoki;
        this.session = session;
        this.level = level;
        this.attributes = new AttributeReader(cryptoki, session, level);
    }

    /**
     * Reads in a session as part of a request. Requests may be frequent, so unreadable objects are logged at level
     * DEBUG, and the request reports what is missing.
     *
     * @param cryptoki the module
     * @param session a session that is logged in
     * @return the objects
     */
    public static TokenObjects duringRequest(Cryptoki cryptoki, long session) {
        return new TokenObjects(cryptoki, session, Level.DEBUG);
    }

    /**
     * Finds the private keys that may sign.
     *
     * @param label the CKA_LABEL they must have; empty for any
     * @param id the CKA_ID they must have; empty for any
     * @return the keys, without those whose CKA_SIGN is false; a key whose CKA_SIGN cannot be read is included
     * @throws CryptokiException if the token cannot be read
     */
    public List<PrivateKeyObject> signingKeys(Optional<String> label, Optional<byte[]> id) throws CryptokiException {
        List<AttributeValue<?>> template = new ArrayList<>();
        template.add(AttributeType.CLASS.is(ObjectClass.PRIVATE_KEY));
        label.ifPresent(l -> template.add(AttributeType.LABEL.is(l)));
        id.ifPresent(i -> template.add(AttributeType.ID.is(i)));
        List<PrivateKeyObject> keys = new ArrayList<>();
        for (long handle : cryptoki.findObjects(session, template)) {
            if (attributes.read(handle, AttributeType.SIGN).value().orElse(true)) {
                keys.add(new PrivateKeyObject(
                        handle,
                        attributes.read(handle, AttributeType.LABEL).filter(l -> !l.isEmpty()),
                        id(handle),
                        attributes.read(handle, AttributeType.KEY_TYPE),
                        attributes
                                .read(handle, AttributeType.ALWAYS_AUTHENTICATE)
                                .value()
                                .orElse(false),
                        AllowedMechanisms.of(attributes.read(handle, AttributeType.ALLOWED_MECHANISMS))));
            }
        }
        return keys;
    }

    private AttributeReading<String> id(long handle) throws CryptokiException {
        return attributes
                .read(handle, AttributeType.ID)
                .filter(i -> i.length > 0)
                .map(HexFormat.of()::formatHex);
    }

    /**
     * Finds the public half of a private key. It uses the public key material in the private key object if the token
     * shows it there, and otherwise the same CKA_ID: first of public key objects, then of certificates. Labels do not
     * matter.
     *
     * @param key the private key
     * @return the public key; empty if the token does not show it
     * @throws InvalidConfigurationException if several have the same CKA_ID, and the token does not show which one
     *     belongs to the key
     * @throws CryptokiException if the token cannot be read
     */
    public Optional<PublicKey> publicKey(PrivateKeyObject key) throws CryptokiException {
        List<PublicKey> candidates = publicKeys(key);
        if (candidates.size() > 1) {
            throw new InvalidConfigurationException("The private key with " + key + " shares its id with "
                    + candidates.size()
                    + " different public keys, and the token does not show which one belongs to it: "
                    + candidates.stream().map(PublicKeys::describe).collect(Collectors.joining("; "))
                    + ". Give each key pair a separate id.");
        }
        return candidates.stream().findFirst();
    }

    /** Returns the public key for a description. If several match, it is not known. */
    Optional<PublicKey> knownPublicKey(PrivateKeyObject key) throws CryptokiException {
        List<PublicKey> candidates = publicKeys(key);
        return candidates.size() == 1 ? Optional.of(candidates.get(0)) : Optional.empty();
    }

    private List<PublicKey> publicKeys(PrivateKeyObject key) throws CryptokiException {
        Optional<PublicKey> own = material(key.handle(), key);
        if (own.isPresent()) {
            return List.of(own.get());
        }
        Optional<BigInteger> modulus = key.mayBe(ObjectClass.RSA_KEY)
                ? attributes.read(key.handle(), AttributeType.MODULUS).value().map(m -> new BigInteger(1, m))
                : Optional.empty();
        // A private key may show its modulus without its public exponent; then that pairs it, whatever the ids.
        List<AttributeValue<?>> conditions = new ArrayList<>();
        if (modulus.isEmpty()) {
            if (key.idBytes().isEmpty()) {
                return List.of();
            }
            conditions.add(AttributeType.ID.is(key.idBytes().get()));
        }
        List<PublicKey> inObjects = new ArrayList<>();
        for (long handle : find(ObjectClass.PUBLIC_KEY, conditions)) {
            material(handle, key).ifPresent(inObjects::add);
        }
        List<PublicKey> matches = distinct(inObjects, key, modulus);
        return matches.isEmpty()
                ? distinct(
                        certificates(conditions).stream()
                                .map(certificate -> SubjectPublicKeys.normalize(certificate.getPublicKey()))
                                .toList(),
                        key,
                        modulus)
                : matches;
    }

    private static List<PublicKey> distinct(List<PublicKey> found, PrivateKeyObject key, Optional<BigInteger> modulus) {
        List<PublicKey> matches = new ArrayList<>();
        for (PublicKey candidate : found) {
            boolean fits = modulus.map(m -> candidate instanceof RSAPublicKey rsa
                            && rsa.getModulus().equals(m))
                    .orElseGet(() -> key.mayBe(PublicKeys.keyType(candidate)));
            if (fits && matches.stream().noneMatch(known -> SubjectPublicKeys.same(known, candidate))) {
                matches.add(candidate);
            }
        }
        return matches;
    }

    /** Returns the public key that an object itself shows, be it a public or a private key object. */
    private Optional<PublicKey> material(long handle, PrivateKeyObject expected) throws CryptokiException {
        try {
            Optional<byte[]> info = read(handle, AttributeType.PUBLIC_KEY_INFO);
            if (info.isPresent()) {
                return Optional.of(SubjectPublicKeys.decode(info.get()));
            }
            if (expected.mayBe(ObjectClass.RSA_KEY)) {
                Optional<byte[]> modulus = read(handle, AttributeType.MODULUS);
                Optional<byte[]> exponent = read(handle, AttributeType.PUBLIC_EXPONENT);
                if (modulus.isPresent() && exponent.isPresent()) {
                    return Optional.of(PublicKeys.rsa(modulus.get(), exponent.get()));
                }
            }
            if (expected.mayBe(ObjectClass.EC_KEY) || expected.mayBe(ObjectClass.EC_EDWARDS_KEY)) {
                Optional<byte[]> parameters = read(handle, AttributeType.EC_PARAMS);
                Optional<byte[]> point = read(handle, AttributeType.EC_POINT);
                if (parameters.isPresent() && point.isPresent()) {
                    return Optional.of(PublicKeys.ec(parameters.get(), point.get()));
                }
            }
            return Optional.empty();
        } catch (IllegalArgumentException e) {
            LOG.atLevel(level)
                    .setCause(e)
                    .log("The public key that the object with handle {} shows cannot be used and is left out.", handle);
            return Optional.empty();
        }
    }

    private Optional<byte[]> read(long handle, AttributeType<byte[]> type) throws CryptokiException {
        return attributes.read(handle, type).value().filter(v -> v.length > 0);
    }

    /**
     * Reads the X.509 certificates.
     *
     * @return the readable certificates; unreadable ones are logged and omitted
     * @throws CryptokiException if the token cannot be read
     */
    public List<X509Certificate> certificates() throws CryptokiException {
        return certificates(List.of());
    }

    private List<X509Certificate> certificates(List<AttributeValue<?>> conditions) throws CryptokiException {
        List<X509Certificate> certificates = new ArrayList<>();
        for (long handle : find(ObjectClass.CERTIFICATE, conditions)) {
            boolean x509 = attributes
                    .read(handle, AttributeType.CERTIFICATE_TYPE)
                    .value()
                    .map(type -> type == ObjectClass.X_509_CERTIFICATE)
                    .orElse(true);
            Optional<byte[]> encoded = x509 ? read(handle, AttributeType.VALUE) : Optional.empty();
            if (encoded.isPresent()) {
                parse(encoded.get()).ifPresent(certificates::add);
            }
        }
        return certificates;
    }

    /**
     * Returns whether there is a private or public key of a name.
     *
     * @param label the CKA_LABEL it must have; empty for any
     * @param id the CKA_ID it must have; empty for any
     * @return {@code true} if there is one
     * @throws CryptokiException if the token cannot be read
     */
    public boolean hasKey(Optional<String> label, Optional<byte[]> id) throws CryptokiException {
        List<AttributeValue<?>> name = new ArrayList<>();
        label.ifPresent(l -> name.add(AttributeType.LABEL.is(l)));
        id.ifPresent(i -> name.add(AttributeType.ID.is(i)));
        return !find(ObjectClass.PRIVATE_KEY, name).isEmpty()
                || !find(ObjectClass.PUBLIC_KEY, name).isEmpty();
    }

    /**
     * Finds the objects of a key pair and its certificates.
     *
     * @param label the CKA_LABEL they must have
     * @param id the CKA_ID they must have
     * @return the handles; certificates first, private keys last
     * @throws CryptokiException if the token cannot be read
     */
    public List<Long> keyPairAndCertificates(String label, byte[] id) throws CryptokiException {
        List<AttributeValue<?>> name = List.of(AttributeType.LABEL.is(label), AttributeType.ID.is(id));
        List<Long> handles = new ArrayList<>(find(ObjectClass.CERTIFICATE, name));
        handles.addAll(find(ObjectClass.PUBLIC_KEY, name));
        handles.addAll(find(ObjectClass.PRIVATE_KEY, name));
        return handles;
    }

    /**
     * Puts an X.509 certificate on the token.
     *
     * @param certificate the certificate
     * @param label its CKA_LABEL; empty for none
     * @param id its CKA_ID in hexadecimal; empty for none
     * @throws CryptokiException if the token refuses it
     */
    public void createCertificate(X509Certificate certificate, Optional<String> label, Optional<String> id)
            throws CryptokiException {
        List<AttributeValue<?>> template = new ArrayList<>();
        template.add(AttributeType.CLASS.is(ObjectClass.CERTIFICATE));
        template.add(AttributeType.CERTIFICATE_TYPE.is(ObjectClass.X_509_CERTIFICATE));
        template.add(AttributeType.TOKEN.is(true));
        template.add(
                AttributeType.SUBJECT.is(certificate.getSubjectX500Principal().getEncoded()));
        template.add(
                AttributeType.ISSUER.is(certificate.getIssuerX500Principal().getEncoded()));
        try {
            template.add(AttributeType.SERIAL_NUMBER.is(new ASN1Integer(certificate.getSerialNumber()).getEncoded()));
            template.add(AttributeType.VALUE.is(certificate.getEncoded()));
        } catch (IOException | CertificateEncodingException e) {
            throw new IllegalArgumentException("Not a certificate that can be encoded", e);
        }
        label.ifPresent(l -> template.add(AttributeType.LABEL.is(l)));
        id.ifPresent(i -> template.add(AttributeType.ID.is(HexFormat.of().parseHex(i))));
        cryptoki.createObject(session, template);
    }

    private List<Long> find(long objectClass, List<AttributeValue<?>> conditions) throws CryptokiException {
        List<AttributeValue<?>> template = new ArrayList<>(conditions);
        template.add(AttributeType.CLASS.is(objectClass));
        return cryptoki.findObjects(session, template);
    }

    private Optional<X509Certificate> parse(byte[] encoded) {
        try {
            return Optional.of(
                    CertificateFiles.parse("certificate on the token", encoded).get(0));
        } catch (InvalidConfigurationException e) {
            LOG.atLevel(level).log("A certificate on the token is left out. {}", e.getMessage());
            return Optional.empty();
        }
    }
}
