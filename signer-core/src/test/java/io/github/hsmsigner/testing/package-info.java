/** What the tests of all modules share: certificates made on the spot, and tools that are not ours. */
package io.github.hsmsigner.testing;
