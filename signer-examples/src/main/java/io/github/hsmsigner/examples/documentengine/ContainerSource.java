package io.github.hsmsigner.examples.documentengine;

/** Where a PDF's CMS container comes from. */
interface ContainerSource {

    /** Makes a detached CMS SignedData in DER over the bytes that the PDF's ByteRange covers. */
    byte[] containerFor(byte[] contents);
}
