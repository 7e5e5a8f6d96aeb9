package io.github.hsmsigner.core;

/**
 * Which data a {@link SigningService} signs in raw signatures. A raw signature over other data than signed attributes can be a
 * certificate, a token or a TLS handshake in the name of the key's owner.
 */
public enum RawDataRule {

    /** Any data. */
    ANY,

    /** Any data; data that is not {@linkplain RawData#deviation signed attributes} is logged and counted. */
    WARN,

    /** Only the signed attributes of a CMS signature (RFC 5652, section 5.4). */
    SIGNED_ATTRIBUTES
}
