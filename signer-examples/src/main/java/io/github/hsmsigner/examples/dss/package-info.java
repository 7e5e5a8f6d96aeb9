/** EU DSS with a key of ours. */
package io.github.hsmsigner.examples.dss;
