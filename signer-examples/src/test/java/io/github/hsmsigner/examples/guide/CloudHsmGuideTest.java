package io.github.hsmsigner.examples.guide;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.testing.ExternalTool;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The parts of docs/tutorials/cloudhsm-from-scratch.md that do not need AWS. */
class CloudHsmGuideTest {

    private static final Pattern SETTING = Pattern.compile("\\b(?:HSM|SIGNING)_[A-Z_]*[A-Z]\\b");

    @TempDir
    private Path directory;

    private final Guide guide = Guide.read("tutorials/cloudhsm-from-scratch.md");

    @Test
    void theShellUnderstandsEveryCommand() {
        assertThat(guide.blocks("sh")).isNotEmpty();
        ExternalTool.runOrFail("bash", "-n", "-c", String.join("\n", guide.blocks("sh")));
    }

    @Test
    void theCertificateOfTheClusterIsIssued() {
        List<String> ceremony = guide.blocks("sh").stream()
                .filter(block -> block.contains("customerCA.key"))
                .toList();
        assertThat(ceremony).hasSize(1);
        run("openssl req -new -newkey rsa:2048 -noenc -keyout hsm.key -subj /CN=HSM -out cluster.csr");
        // Without its pass phrase, which would be asked for.
        run(ceremony.get(0).replace(" -aes256", ""));
        assertThat(run("openssl verify -x509_strict -CAfile customerCA.crt customerCA.crt"))
                .contains("OK");
        assertThat(run("openssl verify -CAfile customerCA.crt customerHsmCertificate.crt"))
                .contains("OK");
    }

    @Test
    void everySettingIsOneOfTheService() {
        // A page that is made from the table of settings.
        Set<String> known = names(Guide.read("reference/configuration.md"));
        // That of Document Engine.
        known.add("SIGNING_SERVICE_URL");
        assertThat(names(guide)).isNotEmpty().isSubsetOf(known);
    }

    private static Set<String> names(Guide page) {
        Set<String> names = new TreeSet<>();
        SETTING.matcher(page.text()).results().map(MatchResult::group).forEach(names::add);
        return names;
    }

    private String run(String script) {
        return ExternalTool.runOrFail("env", "-C", directory.toString(), "sh", "-ec", script);
    }
}
