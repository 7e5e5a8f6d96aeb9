/** The state of a token for operators, and the settings of its recovery. */
package io.github.hsmsigner.pkcs11.health;
