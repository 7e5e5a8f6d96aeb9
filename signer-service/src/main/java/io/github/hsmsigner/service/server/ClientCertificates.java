package io.github.hsmsigner.service.server;

/** Whether clients show a certificate in TLS. */
public enum ClientCertificates {
    /** They are not asked for one. */
    NONE,
    /** They are asked for one, and may have none; one that is shown must be trusted. */
    OPTIONAL,
    /** They must have one that is trusted. */
    REQUIRED
}
