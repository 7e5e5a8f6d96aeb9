/**
 * Certificates: reading them from files, finding and completing the chain of a key, what is wrong with a chain at a given time, and
 * replacing it while running.
 */
package io.github.hsmsigner.core.certificate;
