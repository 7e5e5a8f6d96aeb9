package io.github.hsmsigner.service.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.pkcs11.softhsm.SoftHsm;
import io.github.hsmsigner.testing.ExternalTool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** From an empty token to a signed file, with the commands alone and OpenSSL as the authority and the judge. */
class TokenCommandsTest {

    private final SoftHsm.Token token = SoftHsm.newToken();

    @TempDir
    private Path directory;

    private Console console(String... more) {
        Map<String, String> environment = new HashMap<>(Map.of(
                "HSM_MODULE", SoftHsm.module().toString(),
                "HSM_PIN", token.pin(),
                "HSM_TOKEN_LABEL", token.label()));
        for (int i = 0; i < more.length; i += 2) {
            environment.put(more[i], more[i + 1]);
        }
        return new Console(environment);
    }

    private String file(String name) {
        return directory.resolve(name).toString();
    }

    private void certify(String request, String certificate) throws IOException {
        ExternalTool.runOrFail(
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "rsa:2048",
                "-noenc",
                "-days",
                "30",
                "-subj",
                "/CN=Authority",
                "-keyout",
                file("ca.key"),
                "-out",
                file("ca.pem"));
        ExternalTool.runOrFail(
                "openssl",
                "x509",
                "-req",
                "-in",
                request,
                "-CA",
                file("ca.pem"),
                "-CAkey",
                file("ca.key"),
                "-days",
                "90",
                "-out",
                certificate);
        Files.writeString(
                Path.of(certificate),
                Files.readString(Path.of(certificate)) + Files.readString(directory.resolve("ca.pem")));
    }

    @ParameterizedTest
    @CsvSource({"rsa-2048, sha256, cms", "p-256, sha384, cades", "p-521, sha512, pades", "ed25519, sha512, cms"})
    void fromAnEmptyTokenToASignedFile(String type, String digest, String format) throws IOException {
        Console.Result generated = console()
                .run(
                        "generate-key",
                        "--label",
                        "contracts",
                        "--id",
                        "0a",
                        "--type",
                        type,
                        "--subject",
                        "CN=Contracts,O=Example",
                        "--csr",
                        file("contracts.csr"));
        assertThat(generated.errors()).isEmpty();
        assertThat(generated.exitCode()).isZero();
        assertThat(generated.output()).contains("BEGIN PUBLIC KEY");
        assertThat(ExternalTool.runOrFail(
                        "openssl", "req", "-in", file("contracts.csr"), "-verify", "-noout", "-subject"))
                .contains("CN = Contracts");

        certify(file("contracts.csr"), file("contracts.pem"));
        Console.Result imported =
                console().run("import-certificate", file("contracts.pem"), "--label", "contracts", "--issuers");
        assertThat(imported.exitCode()).isZero();
        assertThat(imported.output()).contains("CN=Contracts", "CN=Authority");

        Console.Result keys = console().run("keys", "--json");
        assertThat(keys.exitCode()).isZero();
        assertThat(keys.output()).contains("label \\\"contracts\\\" id 0a", "CN=Authority");

        Console.Result checked = console().run("check");
        assertThat(checked.output()).contains("The service would work: 0 errors", "OK       key");
        assertThat(checked.exitCode()).isZero();

        Path document = Files.writeString(directory.resolve("document"), "To be signed");
        Console.Result signed = console().run("sign", document.toString(), "--digest", digest, "--format", format);
        assertThat(signed.errors()).isEmpty();
        assertThat(signed.exitCode()).isZero();
        if (!type.equals("ed25519")) {
            // OpenSSL 3.0 does not verify CMS with Ed25519.
            ExternalTool.runOrFail(
                    "openssl",
                    "cms",
                    "-verify",
                    "-binary",
                    "-inform",
                    "DER",
                    "-in",
                    document + ".p7s",
                    "-content",
                    document.toString(),
                    "-CAfile",
                    file("ca.pem"),
                    "-purpose",
                    "any",
                    "-out",
                    file("verified"));
            assertThat(Path.of(file("verified"))).hasContent("To be signed");
        }
        assertThat(ExternalTool.runOrFail(
                        "openssl", "cms", "-cmsout", "-print", "-inform", "DER", "-in", document + ".p7s"))
                .contains(digest)
                .contains("id-smime-aa-signingCertificateV2")
                .matches(text -> text.contains("signingTime") == !format.equals("pades"), "signingTime unless PAdES");

        Console.Result again = console().run("sign", document.toString());
        assertThat(again.exitCode()).isEqualTo(2);
        assertThat(again.errors()).contains(document + ".p7s exists already");
    }

    @Test
    void aKeyThatIsThereIsCertifiedAnew() {
        console().run("generate-key", "--label", "a", "--id", "01", "--type", "p-256");
        Console.Result renewed = console()
                .run("request-certificate", "--label", "a", "--subject", "CN=Renewed", "--csr", file("renewal.csr"));
        assertThat(renewed.exitCode()).isZero();
        assertThat(ExternalTool.runOrFail(
                        "openssl", "req", "-in", file("renewal.csr"), "-verify", "-noout", "-subject"))
                .contains("CN = Renewed");
    }

    @Test
    void noKeyIsGeneratedForWhatCannotBeFinished() throws IOException {
        Path taken = Files.writeString(directory.resolve("taken.csr"), "something");
        assertRefused(
                "exists already",
                "generate-key",
                "--label",
                "a",
                "--id",
                "01",
                "--subject",
                "CN=A",
                "--csr",
                taken.toString());
        assertRefused(
                "is no directory",
                "generate-key",
                "--label",
                "a",
                "--id",
                "01",
                "--subject",
                "CN=A",
                "--csr",
                file("absent/a.csr"));
        assertRefused(
                "RFC 4514", "generate-key", "--label", "a", "--id", "01", "--subject", "A", "--csr", file("a.csr"));
        assertRefused("must be hexadecimal", "generate-key", "--label", "a", "--id", "1");
        assertThat(taken).hasContent("something");
        assertThat(console().run("keys").output()).contains("Private keys that may sign: none");
    }

    private void assertRefused(String reason, String... arguments) {
        Console.Result refused = console().run(arguments);
        assertThat(refused.exitCode()).isEqualTo(2);
        assertThat(refused.errors())
                .startsWith("signer-service: ")
                .contains(reason)
                .hasLineCount(1);
    }

    @Test
    void aCertificateOfAnotherKeyIsNotImported() throws IOException {
        console().run("generate-key", "--label", "a", "--id", "01", "--type", "p-256");
        console()
                .run(
                        "generate-key",
                        "--label",
                        "b",
                        "--id",
                        "02",
                        "--type",
                        "p-256",
                        "--subject",
                        "CN=B",
                        "--csr",
                        file("b.csr"));
        certify(file("b.csr"), file("b.pem"));
        assertRefused("belongs to the signing key", "import-certificate", file("b.pem"), "--label", "a");
    }

    @Test
    void severalTokensMustBeToldApart() throws IOException {
        SoftHsm.Token other = SoftHsm.newToken();
        Path settings = Files.writeString(directory.resolve("signer.yaml"), """
                tokens:
                  first:
                    module: %1$s
                    label: %2$s
                    pin: %3$s
                  second:
                    module: %1$s
                    label: %4$s
                    pin: %5$s
                keys:
                  a:
                    tokens: [first]
                  b:
                    tokens: [second]
                """.formatted(
                        SoftHsm.module(), token.label(), token.pin(), other.label(), other.pin()));
        Console console = new Console(Map.of());
        String config = settings.toString();
        Console.Result which = console.run("generate-key", "-c", config, "--label", "a", "--id", "01");
        assertThat(which.exitCode()).isEqualTo(2);
        assertThat(which.errors()).contains("The settings have several tokens. Name one of [first, second].");
        assertThat(console.run("generate-key", "-c", config, "--token", "third", "--label", "a", "--id", "01")
                        .errors())
                .contains("There is no token \"third\" in the settings");
        assertThat(console.run(
                                "generate-key",
                                "-c",
                                config,
                                "--token",
                                "second",
                                "--label",
                                "a",
                                "--id",
                                "01",
                                "--type",
                                "p-256")
                        .exitCode())
                .isZero();
        String keys = console.run("keys", "-c", config).output();
        assertThat(keys.substring(keys.indexOf("Token first"), keys.indexOf("Token second")))
                .contains("Private keys that may sign: none");
        assertThat(keys.substring(keys.indexOf("Token second"))).contains("label \"a\" id 01");
    }

    @Test
    void theAuditLogHasWhatWasSignedOnTheCommandLine() throws IOException {
        console()
                .run(
                        "generate-key",
                        "--label",
                        "a",
                        "--id",
                        "01",
                        "--type",
                        "p-256",
                        "--subject",
                        "CN=A",
                        "--csr",
                        file("a.csr"));
        certify(file("a.csr"), file("a.pem"));
        Path audit = directory.resolve("audit.jsonl");
        Path document = Files.writeString(directory.resolve("document"), "To be signed");
        Console console = console("SIGNING_CERTIFICATE", file("a.pem"), "SIGNING_AUDIT_FILE", audit.toString());
        assertThat(console.run("sign", document.toString()).exitCode()).isZero();
        assertThat(Files.readString(audit)).contains("\"callers\":[\"command_line\"]", "\"outcome\":\"ok\"");
        Console.Result verified = console.run("audit", "verify", audit.toString());
        assertThat(verified.exitCode()).isZero();
        assertThat(verified.output()).contains("Intact: 1 line");

        Files.writeString(audit, Files.readString(audit).replace("command_line", "somebody_else"));
        Console.Result changed = console.run("audit", "verify", audit.toString());
        assertThat(changed.exitCode()).isEqualTo(1);
        assertThat(changed.output()).contains("BROKEN at " + audit + ", line 1");
        Console.Result absent = console.run("audit", "verify", file("absent"));
        assertThat(absent.exitCode()).isEqualTo(2);
        assertThat(absent.output()).isEmpty();
    }
}
