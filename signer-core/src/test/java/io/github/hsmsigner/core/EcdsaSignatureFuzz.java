package io.github.hsmsigner.core;

import static org.assertj.core.api.Assertions.assertThat;

/** Fuzz target: octets are an Ecdsa-Sig-Value in DER and come back as they were, or are refused. */
public final class EcdsaSignatureFuzz {

    private EcdsaSignatureFuzz() {}

    public static void fuzzerTestOneInput(byte[] octets) {
        EcdsaSignature signature;
        try {
            signature = EcdsaSignature.ofDer(octets);
        } catch (IllegalArgumentException e) {
            assertThat(e).message().isNotBlank();
            return;
        }
        assertThat(signature.toDer()).isEqualTo(octets);
        int width = (Math.max(signature.r().bitLength(), signature.s().bitLength()) + 7) / 8;
        assertThat(EcdsaSignature.ofRaw(signature.toRaw(width))).isEqualTo(signature);
    }
}
