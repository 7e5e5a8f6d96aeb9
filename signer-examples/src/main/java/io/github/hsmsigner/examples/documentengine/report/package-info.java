/**
 * Validation of the signatures of a PDF by the European Commission's DSS library. It shares no code with the signing
 * service, nor with the code of the stand-in that assembles signatures.
 */
package io.github.hsmsigner.examples.documentengine.report;
