/**
 * A stand-in for Nutrient Document Engine: the three calls that its signing guide shows, the calls that it makes to a signing
 * service, and a web page to try both.
 *
 * <p>It is a second reader of the protocol's description and shares no code with the signing service, so that a mistake in one of
 * them is not hidden by the same mistake in the other.
 */
package io.github.hsmsigner.examples.documentengine;
