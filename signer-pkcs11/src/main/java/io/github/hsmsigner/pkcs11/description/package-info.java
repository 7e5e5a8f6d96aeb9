/** The contents of a token and its faults, as values and as text for people. Never holds a secret. */
@NullMarked
package io.github.hsmsigner.pkcs11.description;

import org.jspecify.annotations.NullMarked;
