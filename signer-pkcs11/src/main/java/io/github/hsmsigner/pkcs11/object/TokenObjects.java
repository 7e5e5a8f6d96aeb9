package io.github.hsmsigner.pkcs11.object;

import io.github.hsmsigner.pkcs11.cryptoki.AttributeType;
import io.github.hsmsigner.pkcs11.cryptoki.AttributeValue;
import io.github.hsmsigner.pkcs11.cryptoki.Cryptoki;
import io.github.hsmsigner.pkcs11.cryptoki.CryptokiException;
import io.github.hsmsigner.pkcs11.cryptoki.ObjectClass;
import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.RSAPublicKeySpec;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the objects of a token in one session, while things are set up. For one thread.
 */
public final class TokenObjects {

    private static final Logger LOG = LoggerFactory.getLogger(TokenObjects.class);

    private final Cryptoki cryptoki;
    private final long session;

    /**
     * Reads in a session.
     *
     * @param cryptoki the module
     * @param session a session that is logged in
     */
    public TokenObjects(Cryptoki cryptoki, long session) {
        this.cryptoki = cryptoki;
        this.session = session;
    }

    /**
     * Finds the private keys that may sign.
     *
     * @param label the CKA_LABEL they must have; empty for any
     * @param id the CKA_ID they must have; empty for any
     * @return the keys; those whose CKA_SIGN says no are left out
     * @throws CryptokiException if the token cannot be read
     */
    public List<PrivateKeyObject> signingKeys(Optional<String> label, Optional<byte[]> id) throws CryptokiException {
        List<AttributeValue<?>> template = new ArrayList<>();
        template.add(AttributeType.CLASS.is(ObjectClass.PRIVATE_KEY));
        label.ifPresent(l -> template.add(AttributeType.LABEL.is(l)));
        id.ifPresent(i -> template.add(AttributeType.ID.is(i)));
        List<PrivateKeyObject> keys = new ArrayList<>();
        for (long handle : cryptoki.findObjects(session, template)) {
            if (cryptoki.attribute(session, handle, AttributeType.SIGN).orElse(true)) {
                keys.add(new PrivateKeyObject(
                        handle,
                        cryptoki.attribute(session, handle, AttributeType.LABEL).filter(l -> !l.isEmpty()),
                        cryptoki.attribute(session, handle, AttributeType.ID)
                                .filter(i -> i.length > 0)
                                .map(HexFormat.of()::formatHex),
                        cryptoki.attribute(session, handle, AttributeType.KEY_TYPE)));
            }
        }
        return keys;
    }

    /**
     * Finds the public half of an RSA private key: in the private key's own attributes where the token shows them, else in the
     * public key object, else in the certificate, with the same CKA_ID.
     *
     * @param key the private key
     * @return the public key; empty where the token does not show it
     * @throws CryptokiException if the token cannot be read
     */
    public Optional<PublicKey> publicKey(PrivateKeyObject key) throws CryptokiException {
        Optional<PublicKey> own = rsaPublicKey(key.handle());
        if (own.isPresent() || key.id().isEmpty()) {
            return own;
        }
        AttributeValue<byte[]> sameId = AttributeType.ID.is(key.idOctets().get());
        List<Long> publicKeys =
                cryptoki.findObjects(session, List.of(AttributeType.CLASS.is(ObjectClass.PUBLIC_KEY), sameId));
        if (publicKeys.size() == 1) {
            return rsaPublicKey(publicKeys.get(0));
        }
        List<X509Certificate> certificates = certificates(List.of(sameId));
        return certificates.size() == 1 ? Optional.of(certificates.get(0).getPublicKey()) : Optional.empty();
    }

    private Optional<PublicKey> rsaPublicKey(long handle) throws CryptokiException {
        Optional<byte[]> modulus = cryptoki.attribute(session, handle, AttributeType.MODULUS);
        Optional<byte[]> exponent = cryptoki.attribute(session, handle, AttributeType.PUBLIC_EXPONENT);
        if (modulus.isEmpty() || exponent.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(KeyFactory.getInstance("RSA")
                    .generatePublic(
                            new RSAPublicKeySpec(new BigInteger(1, modulus.get()), new BigInteger(1, exponent.get()))));
        } catch (GeneralSecurityException e) {
            LOG.warn("The RSA key with handle {} has a modulus or exponent that Java refuses.", handle, e);
            return Optional.empty();
        }
    }

    /**
     * Reads the X.509 certificates.
     *
     * @return the certificates that can be read; those that cannot are logged and left out
     * @throws CryptokiException if the token cannot be read
     */
    public List<X509Certificate> certificates() throws CryptokiException {
        return certificates(List.of());
    }

    private List<X509Certificate> certificates(List<AttributeValue<?>> conditions) throws CryptokiException {
        List<AttributeValue<?>> template = new ArrayList<>(conditions);
        template.add(AttributeType.CLASS.is(ObjectClass.CERTIFICATE));
        template.add(AttributeType.CERTIFICATE_TYPE.is(ObjectClass.X_509_CERTIFICATE));
        List<X509Certificate> certificates = new ArrayList<>();
        for (long handle : cryptoki.findObjects(session, template)) {
            Optional<byte[]> encoded = cryptoki.attribute(session, handle, AttributeType.VALUE);
            if (encoded.isPresent()) {
                parse(encoded.get()).ifPresent(certificates::add);
            }
        }
        return certificates;
    }

    private static Optional<X509Certificate> parse(byte[] encoded) {
        try {
            return Optional.of((X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(encoded)));
        } catch (CertificateException e) {
            LOG.warn("A certificate on the token cannot be read and is left out.", e);
            return Optional.empty();
        }
    }
}
