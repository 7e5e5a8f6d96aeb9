package io.github.hsmsigner.pkcs11;

import io.github.hsmsigner.core.DistinguishedName;
import io.github.hsmsigner.core.SignatureAlgorithm;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.core.error.UnsupportedRequestException;
import io.github.hsmsigner.core.internal.key.SubjectPublicKeys;
import io.github.hsmsigner.core.x509.SignerContentSigner;
import io.github.hsmsigner.pkcs11.internal.cryptoki.CryptokiException;
import io.github.hsmsigner.pkcs11.internal.cryptoki.TokenInfo;
import io.github.hsmsigner.pkcs11.internal.object.KeyLookup;
import io.github.hsmsigner.pkcs11.internal.object.KeyOnToken;
import io.github.hsmsigner.pkcs11.internal.object.KeyPairTemplate;
import io.github.hsmsigner.pkcs11.internal.object.TokenObjects;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.bc.BcX509ExtensionUtils;
import org.bouncycastle.pkcs.PKCS10CertificationRequestBuilder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The steps that happen once in the life of a signing key. The key is generated on the token, a certificate is
 * requested for it, and the certificate is stored next to it.
 *
 * <p>Made by {@link Pkcs11Token#keyManagement()} and usable until that token is closed. Thread-safe; no signature uses
 * it. Every method throws {@link SigningUnavailableException} if the token cannot be used.
 */
public final class KeyManagement {

    private static final Logger LOG = LoggerFactory.getLogger(KeyManagement.class);
    private static final Duration SIGNATURE_TIME = Duration.ofSeconds(30);
    private static final int SERIAL_NUMBER_BITS = 127;

    private final Pkcs11Token token;

    KeyManagement(Pkcs11Token token) {
        this.token = token;
    }

    /**
     * Generates a key pair on the token. The private key stays there (CKA_TOKEN), is sensitive, cannot be extracted and
     * can only sign.
     *
     * @param type the kind of key pair
     * @param label CKA_LABEL of both halves; no other key on the token may have it
     * @param id CKA_ID of both halves, at least one byte; no other key on the token may have it
     * @return the public key
     * @throws InvalidConfigurationException if label or id are in use, or the token does not generate such keys
     */
    public PublicKey generateKeyPair(KeyPairType type, String label, byte[] id) {
        if (id.length == 0) {
            throw new InvalidConfigurationException("A key pair needs an id, by which its halves are paired.");
        }
        KeyPairTemplate template = type.template(label, id);
        return token.once((cryptoki, objects, info, session) -> {
            requireFree(objects, info, label, id);
            if (!cryptoki.mechanismList(info.slotId())
                    .contains(template.mechanism().type().code())) {
                throw new InvalidConfigurationException("Token " + info + " does not generate keys of type " + type
                        + ": it lacks " + template.mechanism() + ".");
            }
            cryptoki.generateKeyPair(session, template.mechanism(), template.publicKey(), template.privateKey());
            KeyOnToken generated = new KeyLookup(Optional.of(label), Optional.of(id), "the generated key")
                    .find(objects, info.toString());
            return generated
                    .publicKey()
                    .orElseThrow(() -> new InvalidConfigurationException("Token " + info + " generated the key with "
                            + generated + ", but does not show its public half."));
        });
    }

    private static void requireFree(TokenObjects objects, TokenInfo info, String label, byte[] id)
            throws CryptokiException {
        if (objects.hasKey(Optional.of(label), Optional.empty())) {
            throw new InvalidConfigurationException(
                    "Token " + info + " already has a key with label \"" + label + "\".");
        }
        if (objects.hasKey(Optional.empty(), Optional.of(id))) {
            throw new InvalidConfigurationException("Token " + info + " already has a key with id "
                    + HexFormat.of().formatHex(id) + ".");
        }
    }

    /**
     * Makes a certification request (RFC 2986), signed by the key on the token.
     *
     * @param key which key
     * @param algorithm what to sign it with; one of the key's algorithms
     * @param subject the name to be certified
     * @return the request in DER
     * @throws InvalidConfigurationException if not exactly one key is meant
     * @throws UnsupportedRequestException if the algorithm is not one of the key's
     */
    public byte[] certificationRequest(KeySelector key, SignatureAlgorithm algorithm, X500Principal subject) {
        return certificationRequest(token.signer(key), algorithm, subject);
    }

    /**
     * Makes a certification request (RFC 2986), signed by a key that was found before, as on a token that does not show its public
     * half.
     *
     * @param signer the key
     * @param algorithm what to sign it with; one of the key's algorithms
     * @param subject the name to be certified
     * @return the request in DER
     * @throws UnsupportedRequestException if the algorithm is not one of the key's
     */
    public byte[] certificationRequest(Pkcs11Signer signer, SignatureAlgorithm algorithm, X500Principal subject) {
        try {
            return new PKCS10CertificationRequestBuilder(name(subject), info(signer))
                    .build(SignerContentSigner.of(signer, algorithm, SIGNATURE_TIME))
                    .getEncoded();
        } catch (IOException e) {
            throw new IllegalStateException("Encoding in memory failed", e);
        }
    }

    /**
     * Makes a certificate of the key for itself (RFC 5280), for tests and closed circles. It is an end-entity certificate with the
     * key usages digitalSignature and nonRepudiation and a random serial number. It is not put on the token.
     *
     * @param key which key
     * @param algorithm what to sign it with; one of the key's algorithms
     * @param subject the name
     * @param notBefore from when it is valid
     * @param validity for how long
     * @return the certificate
     * @throws InvalidConfigurationException if not exactly one key is meant
     * @throws UnsupportedRequestException if the algorithm is not one of the key's
     */
    public X509Certificate selfSignedCertificate(
            KeySelector key,
            SignatureAlgorithm algorithm,
            X500Principal subject,
            Instant notBefore,
            Duration validity) {
        Pkcs11Signer signer = token.signer(key);
        SubjectPublicKeyInfo info = info(signer);
        BigInteger serialNumber = new BigInteger(SERIAL_NUMBER_BITS, new SecureRandom()).add(BigInteger.ONE);
        X509v3CertificateBuilder builder = new X509v3CertificateBuilder(
                name(subject),
                serialNumber,
                Date.from(notBefore),
                Date.from(notBefore.plus(validity)),
                name(subject),
                info);
        try {
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
            builder.addExtension(
                    Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature | KeyUsage.nonRepudiation));
            builder.addExtension(
                    Extension.subjectKeyIdentifier, false, new BcX509ExtensionUtils().createSubjectKeyIdentifier(info));
            byte[] certificate = builder.build(SignerContentSigner.of(signer, algorithm, SIGNATURE_TIME))
                    .getEncoded();
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(certificate));
        } catch (IOException | CertificateException e) {
            throw new IllegalStateException("Encoding in memory failed", e);
        }
    }

    private static X500Name name(X500Principal principal) {
        return X500Name.getInstance(principal.getEncoded());
    }

    private static SubjectPublicKeyInfo info(Pkcs11Signer signer) {
        return SubjectPublicKeyInfo.getInstance(signer.publicKey().getEncoded());
    }

    /**
     * Puts the certificate of a key on the token, with the key's label and id. Where the token does not show the public half of the
     * key, a trial signature proves that the certificate belongs to it.
     *
     * @param key which key
     * @param certificate its certificate
     * @throws InvalidConfigurationException if not exactly one key is meant, or the certificate is that of another key or is on the
     *     token already
     */
    public void importCertificate(KeySelector key, X509Certificate certificate) {
        Pkcs11Signer signer = token.signer(key, List.of(certificate.getPublicKey()));
        if (!SubjectPublicKeys.same(signer.publicKey(), certificate.getPublicKey())) {
            throw new InvalidConfigurationException("The certificate of "
                    + DistinguishedName.ofSubject(certificate).toString() + " belongs to another key than "
                    + signer.description() + ".");
        }
        token.once((cryptoki, objects, info, session) -> {
            requireNew(objects, info, certificate);
            KeyOnToken found = key.lookup().find(objects, info.toString());
            objects.createCertificate(
                    certificate,
                    found.object().label().value(),
                    found.object().id().value());
            return null;
        });
    }

    /**
     * Puts the certificate of an authority on the token, for chains. Its label is its subject; it has no id, as no key of the token
     * belongs to it.
     *
     * @param certificate the certificate
     * @throws InvalidConfigurationException if it is on the token already
     */
    public void importIssuer(X509Certificate certificate) {
        token.once((cryptoki, objects, info, session) -> {
            requireNew(objects, info, certificate);
            objects.createCertificate(
                    certificate,
                    Optional.of(DistinguishedName.ofSubject(certificate).toString()),
                    Optional.empty());
            return null;
        });
    }

    private static void requireNew(TokenObjects objects, TokenInfo info, X509Certificate certificate)
            throws CryptokiException {
        if (objects.certificates().contains(certificate)) {
            throw new InvalidConfigurationException("The certificate of "
                    + DistinguishedName.ofSubject(certificate).toString() + " is on token " + info
                    + " already.");
        }
    }

    /**
     * Destroys a key pair and its certificates: every private key, public key and certificate object that has both this
     * label and this id. This cannot be undone. The private key is destroyed last, so that a failed call can be
     * repeated.
     *
     * @param label CKA_LABEL of the objects
     * @param id CKA_ID of the objects, at least one byte
     * @throws InvalidConfigurationException if there is no such object, or the token refuses to destroy one
     */
    public void destroyKeyPair(String label, byte[] id) {
        if (label.isEmpty() || id.length == 0) {
            throw new InvalidConfigurationException("A key pair to be destroyed needs both a label and an id.");
        }
        token.once((cryptoki, objects, info, session) -> {
            List<Long> handles = objects.keyPairAndCertificates(label, id);
            if (handles.isEmpty()) {
                throw new InvalidConfigurationException("Token " + info + " has no key with label \"" + label
                        + "\" and id " + HexFormat.of().formatHex(id) + ".");
            }
            for (long handle : handles) {
                cryptoki.destroyObject(session, handle);
            }
            LOG.info(
                    "Destroyed the key with label \"{}\" and id {} on token {}: {} objects.",
                    label,
                    HexFormat.of().formatHex(id),
                    info,
                    handles.size());
            return null;
        });
    }

    @Override
    public String toString() {
        return "KeyManagement[" + token.info() + "]";
    }
}
