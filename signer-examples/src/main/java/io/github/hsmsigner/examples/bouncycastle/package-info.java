/** BouncyCastle with keys of ours. */
package io.github.hsmsigner.examples.bouncycastle;
