package io.github.hsmsigner.service.check;

import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.service.audit.AuditFile;
import io.github.hsmsigner.service.audit.AuditFileSettings;

/** Checks the files of the audit log, but not its lock: the service may be running. */
final class AuditCheck {

    private static final String AREA = "audit";

    private AuditCheck() {}

    static Finding none() {
        return Finding.warning(
                AREA,
                "",
                "There is no audit log: only the log of the service records who signed what.",
                "Set audit.file to keep one.");
    }

    static Finding of(AuditFileSettings audit) {
        try {
            AuditFile.check(audit);
            long free = audit.file().toAbsolutePath().getParent().toFile().getUsableSpace();
            if (free < audit.reserveBytes()) {
                return Finding.warning(
                        AREA,
                        "",
                        "Goes to " + audit.file() + ", whose disk has " + free
                                + " bytes free, fewer than the reserve of " + audit.reserveBytes()
                                + ". Requests of unknown callers will only be counted.",
                        "Free space on the disk, or set another audit.reserve (SIGNING_AUDIT_RESERVE).");
            }
            return Finding.ok(AREA, "", "Goes to " + audit.file() + ".");
        } catch (InvalidConfigurationException e) {
            return Finding.error(
                    AREA,
                    "",
                    e.getMessage(),
                    "The user that the service runs as must own the directory of the audit log and the files in it.");
        }
    }
}
