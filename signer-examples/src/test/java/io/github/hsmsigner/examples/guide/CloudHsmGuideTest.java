package io.github.hsmsigner.examples.guide;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.pkcs11.softhsm.SoftHsm;
import io.github.hsmsigner.testing.ExternalTool;
import java.io.IOException;
import java.nio.file.Files;
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

    private static final String TOKEN = """
            mkdir tokens
            echo "directories.tokendir = $PWD/tokens" > softhsm2.conf
            softhsm2-util --init-token --free --label hsm1 --so-pin 87654321 --pin signer_a:password
            printf signer_a:password > pin
            """;

    private static final String AUTHORITY = """
            openssl req -x509 -newkey rsa:2048 -noenc -keyout ca.key -out ca.pem -days 30 -subj /CN=CA \\
              -addext keyUsage=critical,keyCertSign,cRLSign
            openssl x509 -req -in contracts.csr -CA ca.pem -CAkey ca.key -days 30 -out signer.pem
            echo SIGNING_SERVICE_PORT=0 >> signer.env
            """;

    private static final String AWAIT_PORT = """
            trap "kill $!" EXIT
            for attempt in $(seq 300); do
              port=$(sed -n 's#.*Listening on http://0.0.0.0:\\([0-9]*\\)/.*#\\1#p' service.log 2>/dev/null || true)
              if [ -n "$port" ]; then break; fi
              sleep 0.1
            done
            """;

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

    /** The library of SoftHSM has the name of CloudHSM's, so the rules for CloudHSM apply. */
    @Test
    void theServiceSignsWithTheNewKey() throws IOException {
        List<String> steps = guide.blocks("sh").stream()
                .filter(block -> block.contains("signer.env") || block.contains("container.p7s"))
                .toList();
        assertThat(steps).hasSize(3);
        Files.copy(SoftHsm.module(), directory.resolve("libcloudhsm_pkcs11.so"));
        String output = runWithToken(TOKEN + steps.get(0) + AUTHORITY) + runWithToken(steps.get(1) + steps.get(2));
        assertThat(output)
                .contains(guide.blocks("text").stream().map(String::strip).toList())
                .contains("The service would work: 0 errors")
                .contains("{\"status\":\"ready\"");
        assertThat(Files.readAllLines(directory.resolve("service.log")).get(0))
                .endsWith("vendor profile AWS CloudHSM.");
    }

    private String runWithToken(String commands) {
        return run("export SOFTHSM2_CONF=$PWD/softhsm2.conf\n"
                + commands.replace("/opt/cloudhsm/lib/", directory + "/")
                        .replace("java -jar signer-service.jar", java() + " io.github.hsmsigner.service.command.Main")
                        .replace("> service.log 2>&1 &", "> service.log 2>&1 &\n" + AWAIT_PORT)
                        .replace("http://localhost:6000", "http://localhost:$port"));
    }

    /** With the option that the manifest of the jar has for Java 24 and later. */
    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java")
                + " -XX:TieredStopAtLevel=1 -XX:+UseSerialGC --enable-native-access=ALL-UNNAMED -Dlogback.configurationFile=signer-service-logback.xml -cp '"
                + GuideCompiler.classPath() + "'";
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
