package io.github.hsmsigner.pkcs11.internal.cryptoki;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** docs/troubleshooting/pkcs11-errors.md says what the one table of error codes says. With {@code -Ddocs.write=true} it is written anew. */
class ErrorCodePageTest {

    private static final Path PAGE = Path.of("..", "docs", "troubleshooting", "pkcs11-errors.md");

    private static final String HEAD = """
            # PKCS#11 error codes

            This page is for operators who see a `CKR_…` in the log or in `/health/ready`. Find the class of the code in the table.
            The section of the class has the reaction of the service, the symptoms and the remedy.

            This page is generated from the code. Do not edit it. Change `FaultClass` or `ReturnValue`, and run:

            ```sh
            mvn -pl signer-pkcs11 -am test -Dtest=ErrorCodePageTest -Ddocs.write=true -Dsurefire.failIfNoSpecifiedTests=false
            ```

            An error names the function that failed and its code: `C_Sign answered CKR_DEVICE_ERROR`. Answers to clients do not
            contain it. The symptoms below apply after startup. At startup, a temporary error is in
            `Token "…" is not ready; next attempt in … ms, and further ones with pauses of up to 30 s: …`.

            [Failure and recovery](../explanation/failure-and-recovery.md) explains the reactions. The rows `CloudHSM` follow AWS's
            user guide.

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
                + allCodes()
                + Arrays.stream(FaultClass.values())
                        .map(ErrorCodePageTest::section)
                        .collect(Collectors.joining());
    }

    private static String title(FaultClass faultClass) {
        return faultClass.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    private static String link(FaultClass faultClass) {
        return "[" + title(faultClass) + "](#" + title(faultClass).replace(' ', '-') + ")";
    }

    private static String section(FaultClass faultClass) {
        StringBuilder text = new StringBuilder("\n## " + title(faultClass) + "\n\n");
        text.append(faultClass.meaning()).append("\n\n| | |\n| --- | --- |\n");
        row(text, "reaction", faultClass.handling());
        row(text, "symptoms", faultClass.shown());
        row(text, "remedy", faultClass.advice());
        faultClass.onCloudHsm().ifPresent(note -> row(text, "CloudHSM", note));
        return text.toString();
    }

    private static void row(StringBuilder text, String name, String value) {
        text.append("| " + name + " | " + value + " |\n");
    }

    private static String hexadecimal(ReturnValue code) {
        return String.format("0x%03X", code.code());
    }

    private static String allCodes() {
        List<String> rows = Arrays.stream(ReturnValue.values())
                .map(code -> "| " + code.cryptokiName() + ", " + hexadecimal(code) + " | " + link(code.faultClass())
                        + " |\n")
                .toList();
        return "## Codes\n\nOther numbers are vendor codes, or codes of a later standard. They belong to the class "
                + link(ReturnValue.faultClass(Long.MAX_VALUE)) + ".\n\n| code | class |\n| --- | --- |\n"
                + String.join("", rows);
    }
}
