package io.github.hsmsigner.pkcs11;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.KeySource;
import io.github.hsmsigner.core.SigningKey;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.pkcs11.softhsm.SoftHsm;
import io.github.hsmsigner.testing.TestPki;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.time.Duration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys by a {@code pkcs11:} URI: RFC 7512, sections 2.3 (attributes) and 2.4 (the source of the PIN). */
class KeySourceTest {

    private static final TestPki PKI = new TestPki();
    private static final KeyPair RSA = TestPki.rsaKeyPair(2048);
    private static final KeyPair EC = TestPki.keyPair("EC", 256);
    private static final SoftHsm.Token TOKEN = SoftHsm.newToken();

    @TempDir
    static Path directory;

    private static Path pin;

    @BeforeAll
    static void importKeys() throws IOException {
        TOKEN.importKey(RSA, "same", "01");
        TOKEN.importKey(EC, "same", "02");
        TOKEN.importKey(TestPki.keyPair("EC", 384), "other", "03");
        pin = Files.writeString(directory.resolve("pin"), TOKEN.pin());
    }

    private static KeySource open(String path, String query) {
        return KeySource.open(
                "pkcs11:token=" + TOKEN.label() + path + "?module-path=" + SoftHsm.module() + query, deadline());
    }

    private static Deadline deadline() {
        return Deadline.after(Duration.ofSeconds(30));
    }

    @Test
    void allKeysHaveTheirLabelOrTheirIdIfTheLabelIsNotUnique() {
        try (KeySource source = open("", "&pin-source=file:" + pin)) {
            assertThat(source.signers()).containsOnlyKeys("01", "02", "other");
            assertThat(source.signers().get("01").publicKey()).isEqualTo(RSA.getPublic());
            assertThat(source.signers().get("02").publicKey()).isEqualTo(EC.getPublic());
            assertThatThrownBy(() -> source.certificates().certificateChain(RSA.getPublic()))
                    .isInstanceOf(InvalidConfigurationException.class);
        }
    }

    @Test
    void oneKeyHasItsCertificateFromAFile() {
        Path certificates = TestPki.writePem(
                directory.resolve("signer.pem"), PKI.certifySigner("Signer", EC.getPublic()), PKI.intermediate());
        try (KeySource source =
                open(";object=same;id=%02", "&pin-source=" + pin + "&x-certificate-file=" + certificates)) {
            assertThat(source.signers()).containsOnlyKeys("same");
            SigningKey key = SigningKey.open("same", source.signers().get("same"), source.certificates(), deadline());
            assertThat(key.chain().certificates()).hasSize(2);
        }
    }

    @Test
    void aCommandPrintsThePin() throws IOException {
        Path command = Files.writeString(directory.resolve("print-pin"), "#!/bin/sh\ncat " + pin + "\n");
        Files.setPosixFilePermissions(command, PosixFilePermissions.fromString("rwx------"));
        try (KeySource source = open(";id=%03", "&pin-source=%7C" + command)) {
            assertThat(source.signers()).containsOnlyKeys("03");
        }
    }

    @Test
    void anEnvironmentVariableHasThePin() {
        Pkcs11Uri uri = Pkcs11Uri.parse("pkcs11:token=t?module-path=/lib/m.so&pin-source=env:HSM_PIN_OF_TEST");
        PinSource source = Pkcs11Config.builder(uri).build().pin();
        assertThatThrownBy(source::pin).hasMessageContaining("environment variable HSM_PIN_OF_TEST is not set");
    }

    @ParameterizedTest
    @ValueSource(strings = {"module-path", "pin-source"})
    void aUriWithoutModuleOrPinIsRefused(String attribute) {
        String text = "pkcs11:token=t?module-path=/lib/m.so&pin-source=/pin".replaceFirst(attribute, "x-" + attribute);
        assertThatThrownBy(() -> KeySource.open(text, deadline()))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("needs the attribute \"" + attribute + "\"");
    }

    @Test
    void aKeyThatIsNotThereIsNamed() {
        assertThatThrownBy(() -> open(";object=missing", "&pin-source=" + pin))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("none is the key with label \"missing\"");
    }
}
