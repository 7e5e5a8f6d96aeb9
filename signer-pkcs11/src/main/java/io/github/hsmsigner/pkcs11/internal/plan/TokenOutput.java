package io.github.hsmsigner.pkcs11.internal.plan;

import io.github.hsmsigner.core.EcdsaSignature;
import io.github.hsmsigner.core.error.InternalSigningException;
import java.math.BigInteger;
import java.util.Optional;
import java.util.function.Function;

/** The form of the signature from C_Sign, and its conversion to the form of X.509 and CMS. Immutable. */
public sealed interface TokenOutput {

    /**
     * Makes the signature.
     *
     * @param octets the signature from C_Sign
     * @return the bytes of the signature
     * @throws InternalSigningException if the answer cannot be a signature of this key
     */
    byte[] toSignature(byte[] octets);

    /**
     * A signature that needs no conversion, of a constant length: that of the modulus for RSA, 64 bytes for Ed25519.
     *
     * @param length the number of bytes
     */
    record Octets(int length) implements TokenOutput {

        @Override
        public byte[] toSignature(byte[] octets) {
            if (octets.length != length) {
                throw new InternalSigningException(
                        "The token made a signature of " + octets.length + " bytes; those of this key have " + length
                                + ".",
                        null);
            }
            return octets;
        }

        @Override
        public String toString() {
            return length + " bytes";
        }
    }

    /**
     * The two numbers of ECDSA, side by side as in PKCS#11 (2.40, section 2.3.1), or in DER as some modules return
     * them.
     *
     * @param order the order of the curve
     */
    record EcdsaNumbers(BigInteger order) implements TokenOutput {

        @Override
        public byte[] toSignature(byte[] octets) {
            return parse(octets)
                    .filter(this::inRange)
                    .orElseThrow(() -> new InternalSigningException(
                            "The token answered " + octets.length + " bytes, which are neither two numbers of "
                                    + width()
                                    + " bytes nor a DER encoding of two numbers below the order of the curve.",
                            null))
                    .toDer();
        }

        /**
         * Parses data of the length of two numbers as two numbers. A DER encoding has that length only if the numbers
         * are short by chance.
         */
        private Optional<EcdsaSignature> parse(byte[] octets) {
            if (octets.length == 2 * width()) {
                return attempt(EcdsaSignature::ofRaw, octets);
            }
            Optional<EcdsaSignature> der = attempt(EcdsaSignature::ofDer, octets);
            return der.isPresent() || octets.length > 2 * width() ? der : attempt(EcdsaSignature::ofRaw, octets);
        }

        private static Optional<EcdsaSignature> attempt(Function<byte[], EcdsaSignature> form, byte[] octets) {
            try {
                return Optional.of(form.apply(octets));
            } catch (IllegalArgumentException e) {
                return Optional.empty();
            }
        }

        /**
         * Returns the width of a number.
         *
         * @return the number of bytes of the order
         */
        int width() {
            return (order.bitLength() + 7) / 8;
        }

        private boolean inRange(EcdsaSignature signature) {
            return signature.r().compareTo(order) < 0 && signature.s().compareTo(order) < 0;
        }

        @Override
        public String toString() {
            return "two numbers of " + width() + " bytes, written as DER here";
        }
    }
}
