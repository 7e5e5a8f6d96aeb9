package io.github.hsmsigner.pkcs11.internal.cryptoki;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** docs/troubleshooting/pkcs11-errors.md is generated from the classes of faults. {@code -Ddocs.write=true} writes it. */
class ErrorCodePageTest {

    private static final Path PAGE = Path.of("..", "docs", "troubleshooting", "pkcs11-errors.md");

    private static final String HEAD = """
            # PKCS#11 error codes

            This page is for operators who see a `CKR_…` in the log or in `/health/ready`. Search for the code: it is in the section
            of its class, below the reaction of the service, the symptoms and the remedy.

            An error names the function and the code: `C_Sign answered CKR_DEVICE_ERROR`. Answers to clients do not contain it. The
            symptoms apply after startup. At startup, a temporary error is in
            `Token "…" is not ready; next attempt in … ms, and further ones with pauses of up to 30 s: …`.

            [Failure and recovery](../explanation/failure-and-recovery.md) explains the reactions. The rows `CloudHSM` follow AWS's
            user guide.

            This page is generated from `FaultClass` and `ReturnValue`. To change it, run:

            ```sh
            mvn -pl signer-pkcs11 -am test -Dtest=ErrorCodePageTest -Ddocs.write=true -Dsurefire.failIfNoSpecifiedTests=false
            ```
            """;

    @Test
    void thePageIsMadeFromTheTable() throws IOException {
        if (Boolean.getBoolean("docs.write")) {
            Files.writeString(PAGE, page());
        }
        assertThat(Files.readString(PAGE))
                .as("docs/troubleshooting/pkcs11-errors.md, which -Ddocs.write=true generates")
                .isEqualTo(page());
    }

    private static String page() {
        return HEAD
                + Arrays.stream(FaultClass.values())
                        .map(ErrorCodePageTest::section)
                        .collect(Collectors.joining());
    }

    private static String title(FaultClass faultClass) {
        return faultClass.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    private static String section(FaultClass faultClass) {
        StringBuilder text = new StringBuilder("\n## " + title(faultClass) + "\n\n");
        text.append(faultClass.meaning()).append("\n\n| | |\n| --- | --- |\n");
        row(text, "reaction", faultClass.handling());
        row(text, "symptoms", faultClass.shown());
        row(text, "remedy", faultClass.advice());
        faultClass.onCloudHsm().ifPresent(note -> row(text, "CloudHSM", note));
        return text.append("\n```text\n")
                .append(codes(faultClass))
                .append("\n```\n")
                .toString();
    }

    private static void row(StringBuilder text, String name, String value) {
        text.append("| " + name + " | " + value + " |\n");
    }

    private static String hexadecimal(ReturnValue code) {
        return String.format("0x%03X", code.code());
    }

    private static String codes(FaultClass faultClass) {
        return Arrays.stream(ReturnValue.values())
                .filter(code -> code.faultClass() == faultClass)
                .map(code -> hexadecimal(code) + " " + code.cryptokiName())
                .collect(Collectors.joining("\n"));
    }
}
