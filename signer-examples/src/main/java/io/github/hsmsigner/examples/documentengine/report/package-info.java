/**
 * What the signatures of a PDF are worth, found by the European Commission's DSS library. A second reader: it shares no code with the
 * signing service, nor with what assembles signatures in the stand-in.
 */
package io.github.hsmsigner.examples.documentengine.report;
