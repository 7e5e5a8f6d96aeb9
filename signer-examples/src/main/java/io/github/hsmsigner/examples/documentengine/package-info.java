/**
 * A stand-in for Nutrient Document Engine. It has the three calls in its signing guide, its calls to a signing service,
 * and a web page to try both.
 *
 * <p>It implements the protocol's description a second time and shares no code with the signing service. A mistake in
 * one of them is therefore not hidden by the same mistake in the other.
 */
package io.github.hsmsigner.examples.documentengine;
