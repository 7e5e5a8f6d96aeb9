/**
 * Keys on a PKCS#11 token, made for AWS CloudHSM.
 *
 * <p>{@link io.github.hsmsigner.pkcs11.Pkcs11Token} opens a token with the settings in
 * {@link io.github.hsmsigner.pkcs11.Pkcs11Config}. It loads the module, finds the token and logs in, once. Its
 * {@link io.github.hsmsigner.pkcs11.Pkcs11Signer} is the {@link io.github.hsmsigner.core.Signer} for a key that a
 * {@link io.github.hsmsigner.pkcs11.KeySelector} names. Its
 * {@link io.github.hsmsigner.pkcs11.Pkcs11CertificateProvider} finds certificates on the token.
 */
@NullMarked
package io.github.hsmsigner.pkcs11;

import org.jspecify.annotations.NullMarked;
