package io.github.hsmsigner.examples.documentengine;

/** A value of an option that takes one of a few words. */
interface Choice {

    /** The word, as the vendor's API and the protocol of the signing service both write it. */
    String spelling();
}
