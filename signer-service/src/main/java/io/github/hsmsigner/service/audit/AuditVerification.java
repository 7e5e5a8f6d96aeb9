package io.github.hsmsigner.service.audit;

import io.github.hsmsigner.core.error.InvalidConfigurationException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The verification of an audit log as a command: what it prints and how it ends. Immutable.
 *
 * @param exitCode 0 if every line is in order, 1 if one is not, 2 if the log could not be read or what was asked makes
 *     no sense
 * @param text the report for the operator: lines that end with a line feed
 * @param report what was found; empty if the log could not be read
 */
public record AuditVerification(int exitCode, String text, Optional<AuditReport> report) {

    /** Every line is in order. */
    public static final int INTACT = 0;
    /** A line is not in order. */
    public static final int BROKEN = 1;
    /** The log could not be verified. */
    public static final int NOT_VERIFIED = 2;

    /**
     * Verifies an audit log. A single file includes the files that the service has rotated before it. Several files are
     * verified as given.
     *
     * @param files one file that lines are written to, or the files of one chain in any order
     * @param anchors lines that must be in it, each a sequence number, a colon and a hash, as the head file has it
     * @return what was found, what to print and the exit code
     */
    public static AuditVerification of(List<Path> files, List<String> anchors) {
        try {
            AuditAnchor[] demanded = anchors.stream().map(AuditAnchor::parse).toArray(AuditAnchor[]::new);
            List<Path> all = files.size() == 1 ? withRotated(files.get(0)) : files;
            AuditReport report = AuditVerifier.of(demanded).verify(all);
            return new AuditVerification(report.intact() ? INTACT : BROKEN, text(report), Optional.of(report));
        } catch (InvalidConfigurationException e) {
            return notVerified(e.getMessage());
        } catch (NoSuchFileException e) {
            return notVerified("The file " + e.getFile() + " of the audit log does not exist.");
        } catch (AccessDeniedException e) {
            return notVerified("This user may not read the file " + e.getFile() + " of the audit log.");
        } catch (IOException e) {
            return notVerified("The audit log cannot be read: " + e.getMessage() + ".");
        }
    }

    private static AuditVerification notVerified(String reason) {
        return new AuditVerification(NOT_VERIFIED, reason + "\n", Optional.empty());
    }

    /** The named file is read even if it is not there, which is an error then. */
    private static List<Path> withRotated(Path file) throws IOException {
        List<Path> all = new ArrayList<>(AuditVerifier.series(file));
        Path named = file.toAbsolutePath().normalize();
        if (!all.contains(named)) {
            all.add(named);
        }
        return all;
    }

    private static String text(AuditReport report) {
        StringBuilder text = new StringBuilder();
        report.files().forEach(file -> text.append("File ").append(file).append('\n'));
        report.finding()
                .ifPresent(finding -> text.append("BROKEN at ")
                        .append(finding.file())
                        .append(", line ")
                        .append(finding.line())
                        .append(": ")
                        .append(finding.reason())
                        .append(".\n"));
        text.append(report.intact() ? "Intact: " : "In order before it: ")
                .append(report.lines())
                .append(report.lines() == 1 ? " line" : " lines");
        if (report.lines() > 0) {
            text.append(", ")
                    .append(report.before().sequence() + 1)
                    .append(" to ")
                    .append(report.last().sequence());
        }
        text.append(".\n");
        if (report.before().sequence() > 0) {
            text.append("The part before line ")
                    .append(report.before().sequence() + 1)
                    .append(" was not verified; it should end with ")
                    .append(report.before())
                    .append(".\n");
        }
        return text.append("Last line: ").append(report.last()).append('\n').toString();
    }
}
