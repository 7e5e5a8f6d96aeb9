package io.github.hsmsigner.pkcs11.cryptoki;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** docs/pkcs11-errors.md says what the one table of error codes says. With {@code -Ddocs.write=true} it is written anew. */
class ErrorCodePageTest {

    private static final Path PAGE = Path.of("..", "docs", "pkcs11-errors.md");

    private static final String HEAD = """
            # PKCS#11 error codes

            What each code means to this software, what is done about it, and what is left to you. Every code that a PKCS#11 function can
            answer is in one class; the code itself acts by the same table.

            This page is made from the code, and a test keeps it equal. Do not edit it; change `FaultClass` or `ReturnValue`, and then

            ```sh
            mvn -pl signer-pkcs11 -am test -Dtest=ErrorCodePageTest -Ddocs.write=true -Dsurefire.failIfNoSpecifiedTests=false
            ```

            An error names the function that failed and its code: `C_Sign answered CKR_DEVICE_ERROR`. In the log of the service it stands behind
            `reason=` in the line of the request that met it, in `/health/ready` as the reason for not being ready. Answers to clients do not have
            it. The lines below are those of a service that has started. At startup, a passing error is in
            `Token "…" is not ready; next attempt in … ms, and further ones with pauses of up to 30 s: …`. From Java, see
            [what happens when something fails](pkcs11.md#when-something-fails).

            What `CloudHSM` says is taken from AWS's user guide and was not seen on CloudHSM.

            """;

    @Test
    void thePageIsMadeFromTheTable() throws IOException {
        if (Boolean.getBoolean("docs.write")) {
            Files.writeString(PAGE, page());
        }
        assertThat(Files.readString(PAGE))
                .as("docs/pkcs11-errors.md, which -Ddocs.write=true writes anew")
                .isEqualTo(page());
    }

    private static String page() {
        return HEAD
                + overview()
                + Arrays.stream(FaultClass.values())
                        .map(ErrorCodePageTest::section)
                        .collect(Collectors.joining())
                + "\n" + allCodes();
    }

    private static String title(FaultClass faultClass) {
        return faultClass.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    private static String link(FaultClass faultClass) {
        return "[" + title(faultClass) + "](#" + title(faultClass).replace(' ', '-') + ")";
    }

    private static String overview() {
        StringBuilder rows = new StringBuilder("| class | meaning |\n| --- | --- |\n");
        for (FaultClass faultClass : FaultClass.values()) {
            rows.append("| " + link(faultClass) + " | " + faultClass.meaning() + " |\n");
        }
        return rows.toString();
    }

    private static String section(FaultClass faultClass) {
        StringBuilder text = new StringBuilder("\n## " + title(faultClass) + "\n\n");
        text.append(faultClass.meaning()).append("\n\n| | |\n| --- | --- |\n");
        row(text, "what is done", faultClass.handling());
        row(text, "what you see", faultClass.shown());
        row(text, "what to do", faultClass.advice());
        faultClass.onCloudHsm().ifPresent(note -> row(text, "CloudHSM", note));
        row(
                text,
                "codes",
                faultClass.codes().stream()
                        .map(code -> code.cryptokiName() + " (" + hexadecimal(code) + ")")
                        .collect(Collectors.joining(", ")));
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
                .map(code -> "| " + hexadecimal(code) + " | " + code.cryptokiName() + " | " + link(code.faultClass())
                        + " |\n")
                .toList();
        return "## All codes by number\n\nA number that is not here is a maker's own, or of a later standard, and counts as "
                + link(ReturnValue.faultClass(Long.MAX_VALUE)) + ".\n\n| number | code | class |\n| --- | --- | --- |\n"
                + String.join("", rows);
    }
}
