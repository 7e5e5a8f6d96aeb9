package io.github.hsmsigner.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hsmsigner.core.error.InvalidConfigurationException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SecretTest {

    private static final String SECRET = "Geheimnis für 16 Bytes";

    @TempDir
    private Path directory;

    private Secret file(byte[] content) throws IOException {
        return Secret.inFile(Files.write(directory.resolve("secret"), content));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\uFEFF%s", "\uFEFF%s\n", "%s\r\n", "%s\r"})
    void whatAnEditorAddsIsRemoved(String form) throws IOException {
        byte[] content = String.format(form, SECRET).getBytes(StandardCharsets.UTF_8);
        for (Secret secret : new Secret[] {file(content), Secret.of(content)}) {
            assertThat(secret.read()).isEqualTo(SECRET.getBytes(StandardCharsets.UTF_8));
            assertThat(secret.characters()).containsExactly(SECRET.toCharArray());
            assertThat(secret.key()).isEqualTo(SECRET.getBytes(StandardCharsets.UTF_8));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"%s\n\n", "%s\r\n\r\n", "a\n%s", "%s\u0000", "%s\uFFFD"})
    void aDamagedSecretIsRefusedByTheNameOfItsFile(String form) throws IOException {
        Secret secret = file(String.format(form, SECRET).getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(secret::read)
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageStartingWith("The secret in " + directory.resolve("secret") + " has ")
                .hasMessageNotContaining("Geheimnis");
        assertThatThrownBy(secret::characters).isInstanceOf(InvalidConfigurationException.class);
        assertThatThrownBy(secret::key).isInstanceOf(InvalidConfigurationException.class);
    }

    /** A random key may end with the byte of a line break. */
    @Test
    void onlyAKeyMayBeBinary() throws IOException {
        byte[] key = new byte[32];
        Arrays.fill(key, (byte) 0xfe);
        key[31] = '\n';
        assertThat(file(key).key()).isEqualTo(key);
        assertThatThrownBy(file(key)::read).hasMessageContaining("is not text in UTF-8");
    }
}
