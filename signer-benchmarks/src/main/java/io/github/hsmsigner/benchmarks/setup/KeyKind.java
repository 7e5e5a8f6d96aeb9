package io.github.hsmsigner.benchmarks.setup;

import io.github.hsmsigner.core.SignatureAlgorithm;

/** A kind of key that is measured. */
public enum KeyKind {
    /** RSA with 2048 bits, PKCS#1 v1.5. */
    RSA("rsa", "rsa:2048", "01", SignatureAlgorithm.RSA_PKCS1_SHA256),
    /** ECDSA on P-256. */
    P256("ec", "EC:prime256v1", "02", SignatureAlgorithm.ECDSA_SHA256);

    private final String label;
    private final String type;
    private final String id;
    private final SignatureAlgorithm algorithm;

    KeyKind(String label, String type, String id, SignatureAlgorithm algorithm) {
        this.label = label;
        this.type = type;
        this.id = id;
        this.algorithm = algorithm;
    }

    /**
     * Returns the label of the key on the token, which is also the name of its kind for the C loop.
     *
     * @return the label
     */
    public String label() {
        return label;
    }

    String type() {
        return type;
    }

    String id() {
        return id;
    }

    /**
     * Returns the algorithm that the key signs with.
     *
     * @return the algorithm
     */
    public SignatureAlgorithm algorithm() {
        return algorithm;
    }
}
