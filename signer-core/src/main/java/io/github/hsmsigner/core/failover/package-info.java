/** Failover between several signers of one key: {@link io.github.hsmsigner.core.failover.FailoverSigner}. */
@NullMarked
package io.github.hsmsigner.core.failover;

import org.jspecify.annotations.NullMarked;
