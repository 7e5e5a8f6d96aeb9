package io.github.hsmsigner.core.certificate;

/** Says what is wrong with octets that should hold certificates; the reader adds where they come from. */
final class MalformedCertificatesException extends Exception {

    private static final long serialVersionUID = 1L;

    MalformedCertificatesException(String message) {
        super(message);
    }

    MalformedCertificatesException(String message, Throwable cause) {
        super(message, cause);
    }
}
