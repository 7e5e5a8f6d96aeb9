/** Who may sign, shown for good tokens, bad ones and forged ones. */
package io.github.hsmsigner.service.auth;
