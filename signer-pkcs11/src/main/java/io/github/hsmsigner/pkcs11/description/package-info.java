/** What there is on a token and what is wrong with it, as values and as text for people. Never holds a secret. */
package io.github.hsmsigner.pkcs11.description;
