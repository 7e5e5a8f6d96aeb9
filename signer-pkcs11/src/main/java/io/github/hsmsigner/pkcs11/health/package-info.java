/** What an operator sees of a token's state and sets for its recovery. */
package io.github.hsmsigner.pkcs11.health;
