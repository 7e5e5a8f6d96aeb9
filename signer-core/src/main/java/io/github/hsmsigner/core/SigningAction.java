package io.github.hsmsigner.core;

/**
 * The operations of a {@link SigningService}.
 */
public enum SigningAction {
    /** To read the certificates of a key. */
    CERTIFICATES,
    /** To have a digest signed, without a container. */
    RAW_SIGNATURE,
    /** To have a content signed in a container. */
    CONTAINER
}
