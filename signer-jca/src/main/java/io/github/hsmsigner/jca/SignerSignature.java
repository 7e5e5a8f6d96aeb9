package io.github.hsmsigner.jca;

import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.Digest;
import io.github.hsmsigner.core.DigestAlgorithm;
import io.github.hsmsigner.core.SignatureAlgorithm;
import io.github.hsmsigner.core.SignatureScheme;
import io.github.hsmsigner.core.Signer;
import io.github.hsmsigner.core.error.SigningException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.InvalidAlgorithmParameterException;
import java.security.InvalidKeyException;
import java.security.InvalidParameterException;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.ProviderException;
import java.security.PublicKey;
import java.security.SignatureException;
import java.security.SignatureSpi;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.Arrays;
import java.util.Optional;
import org.bouncycastle.asn1.x509.DigestInfo;
import org.bouncycastle.crypto.signers.PlainDSAEncoding;
import org.bouncycastle.crypto.signers.StandardDSAEncoding;
import org.jspecify.annotations.Nullable;

/** Signs with a {@link SignerPrivateKey}. Not thread-safe, like every {@code Signature}. */
final class SignerSignature extends SignatureSpi {

    private final SignatureName name;
    private Optional<DigestAlgorithm> digestAlgorithm;
    private @Nullable SignerPrivateKey key;
    /** Set while a message is hashed; otherwise the input is kept. */
    private @Nullable MessageDigest hash;

    private ByteArrayOutputStream input = new ByteArrayOutputStream();

    SignerSignature(SignatureName name) {
        this.name = name;
        this.digestAlgorithm = name.digestAlgorithm();
    }

    @Override
    protected void engineInitVerify(PublicKey publicKey) throws InvalidKeyException {
        throw new InvalidKeyException("The provider " + SignerProvider.NAME
                + " does not verify signatures. Ask for the Signature without the name of a provider.");
    }

    @Override
    protected void engineInitSign(PrivateKey privateKey) throws InvalidKeyException {
        if (!(privateKey instanceof SignerPrivateKey own)) {
            throw new InvalidKeyException("The provider " + SignerProvider.NAME
                    + " signs only with keys of its key store, not with a key of the "
                    + (privateKey == null ? "type null" : privateKey.getClass()) + ".");
        }
        if (own.signer().algorithms().stream().noneMatch(algorithm -> algorithm.scheme() == name.scheme())) {
            throw new InvalidKeyException("The key \"" + own.signingKey().name() + "\" does not sign with "
                    + name.name() + ". It offers " + own.signer().algorithms() + ".");
        }
        key = own;
        reset();
    }

    private void reset() {
        hash = null;
        input = new ByteArrayOutputStream();
    }

    @Override
    protected void engineUpdate(byte b) throws SignatureException {
        engineUpdate(new byte[] {b}, 0, 1);
    }

    @Override
    protected void engineUpdate(byte[] bytes, int offset, int length) throws SignatureException {
        if (hash == null && input.size() == 0 && !name.prehashed()) {
            SignatureAlgorithm algorithm = algorithm(digestAlgorithm.orElseThrow(this::parametersMissing));
            hash = key().signer().signsWholeMessage(algorithm)
                    ? null
                    : algorithm.digestAlgorithm().newMessageDigest();
        }
        if (hash == null) {
            input.write(bytes, offset, length);
        } else {
            hash.update(bytes, offset, length);
        }
    }

    @Override
    protected byte[] engineSign() throws SignatureException {
        if (!name.prehashed() && hash == null && input.size() == 0) {
            // An empty message.
            engineUpdate(new byte[0], 0, 0);
        }
        try {
            SignerPrivateKey by = key();
            byte[] signature = name.prehashed() ? signDigest(by, digest(input.toByteArray())) : signMessage(by);
            return name.ieeeP1363() ? ieeeP1363(by, signature) : signature;
        } catch (SigningException e) {
            throw new SignatureException(e.getMessage(), e);
        } finally {
            reset();
        }
    }

    private byte[] signMessage(SignerPrivateKey by) throws SignatureException {
        DigestAlgorithm digest = digestAlgorithm.orElseThrow(this::parametersMissing);
        if (hash != null) {
            return signDigest(by, Digest.of(digest, hash.digest()));
        }
        SignatureAlgorithm algorithm = algorithm(digest);
        byte[] message = input.toByteArray();
        byte[] signature = by.signer().signMessage(algorithm, message, Deadline.after(by.timeout()));
        byte[] verified = algorithm.scheme().signsWholeMessage()
                ? message
                : Digest.compute(digest, message).bytes();
        return verified(by, algorithm, verified, signature);
    }

    private byte[] signDigest(SignerPrivateKey by, Digest digest) throws SignatureException {
        SignatureAlgorithm algorithm = algorithm(digest.algorithm());
        Signer signer = by.signer();
        if (signer.signsWholeMessage(algorithm)) {
            throw new SignatureException("The key \"" + by.signingKey().name() + "\" hashes the message itself for "
                    + algorithm + ", so " + name.name() + " cannot be used with it.");
        }
        byte[] signature = signer.sign(algorithm, digest, Deadline.after(by.timeout()));
        return verified(by, algorithm, digest.bytes(), signature);
    }

    private static byte[] verified(SignerPrivateKey by, SignatureAlgorithm algorithm, byte[] input, byte[] signature)
            throws SignatureException {
        SignatureScheme.Verifier verifier = by.verifier(algorithm.scheme());
        if (!verifier.verify(by.signer().publicKey(), algorithm.digestAlgorithm(), input, signature)) {
            throw new SignatureException("The key \"" + by.signingKey().name()
                    + "\" made a signature that does not verify with its certificate. It is discarded.");
        }
        return signature;
    }

    private SignerPrivateKey key() throws SignatureException {
        if (key == null) {
            throw new SignatureException("The Signature is not initialized. Call initSign with a key first.");
        }
        return key;
    }

    private SignatureAlgorithm algorithm(DigestAlgorithm digest) throws SignatureException {
        return SignatureAlgorithm.of(name.scheme(), digest)
                .filter(key().signer().algorithms()::contains)
                .orElseThrow(() -> new SignatureException(
                        "The key does not sign with " + name.name() + " and " + digest.text() + "."));
    }

    private SignatureException parametersMissing() {
        return new SignatureException(
                name.name() + " needs parameters. Call setParameter with a PSSParameterSpec first.");
    }

    /** The input of NONEwithRSA is a DigestInfo (RFC 8017, section 9.2); otherwise it is the digest, known by its length. */
    private Digest digest(byte[] bytes) throws SignatureException {
        if (name.scheme() == SignatureScheme.RSA_PKCS1) {
            return digestOfDigestInfo(bytes);
        }
        DigestAlgorithm algorithm = digestAlgorithm
                .or(() -> DigestAlgorithm.ofLength(bytes.length))
                .orElseThrow(() -> new SignatureException(name.name() + " signs digests of SHA-256, SHA-384 or SHA-512,"
                        + " of 32, 48 or 64 bytes. The input has " + bytes.length + " bytes."));
        if (bytes.length != algorithm.length()) {
            throw new SignatureException("A digest of " + algorithm.text() + " has " + algorithm.length()
                    + " bytes. The input has " + bytes.length + " bytes.");
        }
        return Digest.of(algorithm, bytes);
    }

    private Digest digestOfDigestInfo(byte[] bytes) throws SignatureException {
        for (DigestAlgorithm algorithm : DigestAlgorithm.values()) {
            int start = bytes.length - algorithm.length();
            if (start > 0) {
                Digest digest = Digest.of(algorithm, Arrays.copyOfRange(bytes, start, bytes.length));
                if (Arrays.equals(digest.toDigestInfo(), bytes) || isWithoutNull(digest, bytes)) {
                    return digest;
                }
            }
        }
        throw new SignatureException(name.name()
                + " signs a DigestInfo (RFC 8017, section 9.2) of SHA-256, SHA-384 or SHA-512. The input of "
                + bytes.length + " bytes is none.");
    }

    /** RFC 8017, appendix B.1: the parameters may be absent. The signature has them nevertheless. */
    private static boolean isWithoutNull(Digest digest, byte[] bytes) {
        try {
            DigestInfo info = DigestInfo.getInstance(bytes);
            return info.getAlgorithmId().getParameters() == null
                    && info.getAlgorithmId()
                            .getAlgorithm()
                            .getId()
                            .equals(digest.algorithm().oid())
                    && Arrays.equals(info.getDigest(), digest.bytes());
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static byte[] ieeeP1363(SignerPrivateKey by, byte[] der) throws SignatureException {
        try {
            java.math.BigInteger order =
                    ((java.security.interfaces.ECKey) by).getParams().getOrder();
            java.math.BigInteger[] values = StandardDSAEncoding.INSTANCE.decode(order, der);
            return PlainDSAEncoding.INSTANCE.encode(order, values[0], values[1]);
        } catch (IOException e) {
            throw new SignatureException("The token returned an ECDSA signature that is malformed.", e);
        }
    }

    @Override
    protected void engineSetParameter(AlgorithmParameterSpec parameters) throws InvalidAlgorithmParameterException {
        if (parameters == null) {
            return;
        }
        if (name.scheme() != SignatureScheme.RSA_PSS || !(parameters instanceof PSSParameterSpec pss)) {
            throw new InvalidAlgorithmParameterException(name.name() + " does not take parameters of the type "
                    + parameters.getClass().getSimpleName() + ".");
        }
        DigestAlgorithm digest = digestAlgorithm(pss);
        if (name.digestAlgorithm().isPresent() && name.digestAlgorithm().get() != digest) {
            throw new InvalidAlgorithmParameterException(name.name() + " cannot be used with " + digest.text() + ".");
        }
        if (hash != null || input.size() > 0) {
            throw new ProviderException("The parameters must be set before the message.");
        }
        digestAlgorithm = Optional.of(digest);
    }

    private static DigestAlgorithm digestAlgorithm(PSSParameterSpec pss) throws InvalidAlgorithmParameterException {
        DigestAlgorithm digest = Arrays.stream(DigestAlgorithm.values())
                .filter(algorithm -> algorithm.jcaName().equalsIgnoreCase(pss.getDigestAlgorithm()))
                .findFirst()
                .orElseThrow(() -> unsupported(pss));
        boolean standard = pss.getMGFAlgorithm().equals("MGF1")
                && pss.getMGFParameters() instanceof MGF1ParameterSpec mgf
                && mgf.getDigestAlgorithm().equalsIgnoreCase(digest.jcaName())
                && pss.getSaltLength() == digest.length()
                && pss.getTrailerField() == PSSParameterSpec.TRAILER_FIELD_BC;
        if (!standard) {
            throw unsupported(pss);
        }
        return digest;
    }

    private static InvalidAlgorithmParameterException unsupported(PSSParameterSpec pss) {
        return new InvalidAlgorithmParameterException("RSASSA-PSS is supported with SHA-256, SHA-384 or SHA-512, MGF1"
                + " with the same digest algorithm, a salt as long as the digest, and trailer 1. Found: " + pss);
    }

    @Override
    protected @Nullable AlgorithmParameters engineGetParameters() {
        if (name.scheme() != SignatureScheme.RSA_PSS || digestAlgorithm.isEmpty()) {
            return null;
        }
        DigestAlgorithm digest = digestAlgorithm.get();
        try {
            AlgorithmParameters parameters = AlgorithmParameters.getInstance("RSASSA-PSS");
            parameters.init(new PSSParameterSpec(
                    digest.jcaName(),
                    "MGF1",
                    new MGF1ParameterSpec(digest.jcaName()),
                    digest.length(),
                    PSSParameterSpec.TRAILER_FIELD_BC));
            return parameters;
        } catch (GeneralSecurityException e) {
            throw new ProviderException("The Java runtime has no parameters of RSASSA-PSS", e);
        }
    }

    @Override
    protected boolean engineVerify(byte[] signature) throws SignatureException {
        throw new SignatureException("The provider " + SignerProvider.NAME + " does not verify signatures.");
    }

    /** {@inheritDoc} */
    @Override
    @Deprecated
    protected void engineSetParameter(String parameter, Object value) {
        throw new InvalidParameterException("Use setParameter with a PSSParameterSpec");
    }

    /** {@inheritDoc} */
    @Override
    @Deprecated
    protected Object engineGetParameter(String parameter) {
        throw new InvalidParameterException("Use getParameters");
    }
}
