/** Failover between several signers of one key: {@link io.github.hsmsigner.core.failover.FailoverSigner}. */
package io.github.hsmsigner.core.failover;
