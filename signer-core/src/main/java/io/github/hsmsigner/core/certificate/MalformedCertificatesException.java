package io.github.hsmsigner.core.certificate;

/** Describes the fault of bytes that should hold certificates; the reader adds their origin. */
final class MalformedCertificatesException extends Exception {

    private static final long serialVersionUID = 1L;

    MalformedCertificatesException(String message) {
        super(message);
    }

    MalformedCertificatesException(String message, Throwable cause) {
        super(message, cause);
    }
}
