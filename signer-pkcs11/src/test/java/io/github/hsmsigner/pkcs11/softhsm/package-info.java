/** SoftHSM tokens for the tests of all modules: real ones, thrown away with the build directory. */
package io.github.hsmsigner.pkcs11.softhsm;
