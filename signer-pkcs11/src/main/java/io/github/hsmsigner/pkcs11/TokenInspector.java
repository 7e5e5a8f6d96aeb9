package io.github.hsmsigner.pkcs11;

import io.github.hsmsigner.core.CertificateChain;
import io.github.hsmsigner.core.ChainFinding;
import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.DistinguishedName;
import io.github.hsmsigner.core.certificate.FixedCertificateProvider;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.core.error.SigningException;
import io.github.hsmsigner.core.internal.key.SubjectPublicKeys;
import io.github.hsmsigner.pkcs11.description.TokenDescription;
import io.github.hsmsigner.pkcs11.health.TokenHealth;
import io.github.hsmsigner.pkcs11.internal.cryptoki.Cryptoki;
import io.github.hsmsigner.pkcs11.internal.cryptoki.CryptokiException;
import io.github.hsmsigner.pkcs11.internal.cryptoki.MechanismType;
import io.github.hsmsigner.pkcs11.internal.cryptoki.TokenInfo;
import io.github.hsmsigner.pkcs11.internal.object.KeyOnToken;
import io.github.hsmsigner.pkcs11.internal.object.PrivateKeyObject;
import io.github.hsmsigner.pkcs11.internal.object.PublicKeys;
import io.github.hsmsigner.pkcs11.internal.object.TokenObjects;
import io.github.hsmsigner.pkcs11.internal.plan.SignaturePlan;
import io.github.hsmsigner.pkcs11.internal.plan.TokenMechanisms;
import io.github.hsmsigner.pkcs11.internal.recovery.TokenConnection;
import io.github.hsmsigner.pkcs11.internal.session.Session;
import java.nio.file.Path;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Describes a token for {@link Pkcs11Token#describe}: reads everything, and continues if something cannot be read. One
 * use.
 */
final class TokenInspector {

    private final Pkcs11Token owner;
    private final Path module;
    private final String library;
    private final Cryptoki cryptoki;
    private final TokenInfo token;
    private final VendorProfile vendor;
    private final TokenConnection access;
    private final List<X509Certificate> configured;
    private final Instant now = Instant.now();

    private final SlotReader reader;
    private final List<TokenDescription.Slot> slots = new ArrayList<>();
    private final List<String> mechanisms = new ArrayList<>();
    private final List<TokenDescription.Key> keys = new ArrayList<>();
    private final List<TokenDescription.Certificate> certificates = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();

    TokenInspector(
            Pkcs11Token owner,
            Path module,
            String library,
            Cryptoki cryptoki,
            VendorProfile vendor,
            TokenConnection access,
            SlotReader reader,
            List<X509Certificate> configured) {
        this.owner = owner;
        this.module = module;
        this.library = library;
        this.cryptoki = cryptoki;
        this.token = owner.info();
        this.vendor = vendor;
        this.access = access;
        this.reader = reader;
        this.configured = List.copyOf(configured);
    }

    TokenDescription describe(Deadline deadline) {
        TokenHealth health = access.health();
        if (!health.reason().isEmpty()) {
            problems.add(health.reason());
        }
        try {
            lookAtSlots(deadline);
        } catch (CryptokiException e) {
            problems.add("The slots of the module cannot be listed: " + e.getMessage() + ".");
        } catch (SigningException e) {
            problems.add(e.getMessage());
        }
        if (health.usable()) {
            lookAtObjects(deadline);
        }
        return new TokenDescription(
                new TokenDescription.Module(module, library, vendor.toString()),
                slots,
                health,
                mechanisms,
                keys,
                certificates,
                problems);
    }

    private void lookAtSlots(Deadline deadline) throws CryptokiException {
        for (SlotReading<TokenInfo> slot : reader.read(reader.ids(deadline), deadline, cryptoki::tokenInfo)) {
            if (slot.failure().isPresent()) {
                slots.add(TokenDescription.Slot.unreadable(
                        slot.slotId(), slot.failure().get().getMessage()));
                continue;
            }
            TokenInfo info = slot.value().orElseThrow();
            boolean open = info.serialNumber().equals(token.serialNumber())
                    && info.label().equals(token.label());
            slots.add(new TokenDescription.Slot(
                    slot.slotId(),
                    info.label(),
                    info.serialNumber(),
                    info.model(),
                    info.initialized(),
                    open,
                    Optional.empty()));
            if (open && info.userPinLocked()) {
                problems.add("The user of the token is locked; an administrator must unlock it.");
            } else if (open && info.userPinFinalTry()) {
                problems.add("One more wrong PIN locks the user of the token; log in once with the right one.");
            }
        }
    }

    private void lookAtObjects(Deadline deadline) {
        try {
            access.read(
                            session -> {
                                // This may run again after an error of a session.
                                mechanisms.clear();
                                keys.clear();
                                certificates.clear();
                                List<String> found = new ArrayList<>();
                                Set<MechanismType> signing = TokenMechanisms.of(
                                        cryptoki, session.generation().token().slotId());
                                signing.forEach(type -> mechanisms.add(type.toString()));
                                lookAtKeys(session, signing, found);
                                return found;
                            },
                            deadline)
                    .forEach(problems::add);
        } catch (SigningException e) {
            problems.add(e.getMessage());
        }
    }

    private void lookAtKeys(Session session, Set<MechanismType> signing, List<String> found) throws CryptokiException {
        TokenObjects objects = new TokenObjects(cryptoki, session.handle());
        List<X509Certificate> onToken = objects.certificates();
        onToken.forEach(certificate -> certificates.add(describe(certificate)));
        List<PrivateKeyObject> all = objects.signingKeys(Optional.empty(), Optional.empty());
        if (all.isEmpty()) {
            found.add("There is no private key that may sign. Generate one, or check whether the user may see it.");
        }
        Map<String, Integer> names = new HashMap<>();
        for (PrivateKeyObject key : all) {
            keys.add(describe(key, session, objects, onToken, signing, found));
            names.merge(key.name(), 1, Integer::sum);
        }
        names.forEach((name, count) -> {
            if (count > 1) {
                found.add(count + " private keys have the " + name + ", so none of them can be selected by it.");
            }
        });
    }

    private TokenDescription.Key describe(
            PrivateKeyObject key,
            Session session,
            TokenObjects objects,
            List<X509Certificate> onToken,
            Set<MechanismType> signing,
            List<String> found)
            throws CryptokiException {
        Optional<PublicKey> publicKey = Optional.empty();
        try {
            publicKey = objects.publicKey(key);
            if (publicKey.isEmpty()) {
                publicKey = configuredKey(key, session);
            }
            if (publicKey.isEmpty()) {
                found.add("The token does not show the public half of the key with " + key.name()
                        + "; configure the certificate of the key as a file.");
            }
        } catch (InvalidConfigurationException e) {
            found.add(e.getMessage());
        }
        Optional<X509Certificate> certificate = publicKey.flatMap(known -> certificateOf(known, key, onToken, found));
        List<X509Certificate> issuers = new ArrayList<>(onToken);
        issuers.addAll(configured);
        certificate.ifPresent(c -> CertificateChain.of(c, issuers).inspect(now).stream()
                .map(ChainFinding::sentence)
                .forEach(found::add));
        return new TokenDescription.Key(
                key.name(),
                publicKey.map(PublicKeys::describe).orElseGet(key::type),
                publicKey.isPresent(),
                key.alwaysAuthenticate(),
                certificate.map(c -> DistinguishedName.ofSubject(c).toString()),
                publicKey.flatMap(known -> plan(known, key, signing, found)));
    }

    /** Empty if no configured certificate belongs to the key. */
    private Optional<PublicKey> configuredKey(PrivateKeyObject key, Session session) throws CryptokiException {
        return owner.proven(
                        KeySelector.of(
                                key.label().value().orElse(null),
                                key.id().value().map(HexFormat.of()::parseHex).orElse(null)),
                        new KeyOnToken(key, Optional.empty()),
                        configured.stream().map(X509Certificate::getPublicKey).toList(),
                        session)
                .map(Pkcs11Signer::publicKey);
    }

    private Optional<X509Certificate> certificateOf(
            PublicKey publicKey, PrivateKeyObject key, List<X509Certificate> onToken, List<String> found) {
        Optional<X509Certificate> ofFile = configured.stream()
                .filter(c -> SubjectPublicKeys.same(c.getPublicKey(), publicKey))
                .findFirst();
        if (ofFile.isPresent()) {
            return ofFile;
        }
        List<X509Certificate> own = onToken.stream()
                .filter(c -> SubjectPublicKeys.same(c.getPublicKey(), publicKey))
                .toList();
        if (own.stream()
                        .map(X509Certificate::getSubjectX500Principal)
                        .distinct()
                        .count()
                == 1) {
            return Optional.of(FixedCertificateProvider.of("the token", own, List.of())
                    .certificateChain(publicKey)
                    .signer());
        }
        found.add((own.isEmpty() ? "No certificate" : own.size() + " certificates") + " on the token"
                + (own.isEmpty() ? " belongs" : " belong") + " to the key with " + key.name()
                + "; configure the certificate of the key as a file"
                + (own.isEmpty() ? ", or import it." : ", or leave one."));
        return Optional.empty();
    }

    private Optional<String> plan(
            PublicKey publicKey, PrivateKeyObject key, Set<MechanismType> signing, List<String> found) {
        try {
            return Optional.of(SignaturePlan.of(publicKey, signing, key.allowedMechanisms(), vendor.maxEddsaMessage())
                    .toString());
        } catch (InvalidConfigurationException e) {
            found.add(e.getMessage());
            return Optional.empty();
        }
    }

    private static TokenDescription.Certificate describe(X509Certificate certificate) {
        return new TokenDescription.Certificate(
                DistinguishedName.ofSubject(certificate).toString(),
                DistinguishedName.ofIssuer(certificate).toString(),
                certificate.getSerialNumber(),
                certificate.getNotBefore().toInstant(),
                certificate.getNotAfter().toInstant());
    }
}
