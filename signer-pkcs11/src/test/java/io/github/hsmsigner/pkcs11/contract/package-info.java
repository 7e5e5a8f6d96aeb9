/** What signer-pkcs11 shows on any token, in the ordinary build and on an HSM of your own. */
package io.github.hsmsigner.pkcs11.contract;
