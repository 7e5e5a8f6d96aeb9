package io.github.hsmsigner.examples.documentengine;

/** A source of the CMS container of a PDF. */
interface ContainerSource {

    /** Makes a detached CMS SignedData in DER over the bytes that the PDF's ByteRange covers. */
    byte[] containerFor(byte[] contents);
}
