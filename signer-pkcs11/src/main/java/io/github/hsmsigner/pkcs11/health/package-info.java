/** The state of a token for operators, and the settings of its recovery. */
@NullMarked
package io.github.hsmsigner.pkcs11.health;

import org.jspecify.annotations.NullMarked;
