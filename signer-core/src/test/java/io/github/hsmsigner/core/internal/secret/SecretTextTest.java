package io.github.hsmsigner.core.internal.secret;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SecretTextTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1234",
                "1234\n",
                "1234\r\n",
                "1234\r",
                "\uFEFF1234",
                "\uFEFF1234\n",
                "\uFEFF1234\r\n",
            })
    void whatEditorsAddIsRemoved(String text) throws MalformedSecretException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        assertThat(SecretText.decode(bytes)).containsExactly("1234".toCharArray());
        assertThat(bytes).containsOnly(0);
        assertThat(SecretText.of(text)).containsExactly("1234".toCharArray());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " 1 2 ", "Schlüssel", "\uD83D\uDD11", "a\u0301", "\u200D"})
    void otherTextStaysAsItIs(String text) throws MalformedSecretException {
        char[] decoded = SecretText.decode(text.getBytes(StandardCharsets.UTF_8));
        assertThat(decoded).containsExactly(text.toCharArray());
        assertThat(SecretText.encode(decoded)).isEqualTo(text.getBytes(StandardCharsets.UTF_8));
        assertThat(decoded).doesNotContain('1', 'S');
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            ignoreLeadingAndTrailingWhitespace = false,
            value = {
                "12\\n34|more than one line",
                "1234\\n\\n|an empty line at its end",
                "1234\\r\\n\\r\\n|an empty line at its end",
                "1234\\r\\r|more than one line",
                "\\n1234|more than one line",
                "12\\u202834|more than one line",
                "12\\t34|control character U+0009",
                "1234\\u0000|control character U+0000",
                "1234\\u001b[A|control character U+001B",
                "12\\u009B34|control character U+009B",
                "\\uFEFF\\uFEFF1234|byte order mark",
                "1234\\uFEFF|byte order mark",
                "Schl\\uFFFD\\uFFFDssel|U+FFFD",
            })
    void damagedTextIsRefusedWithoutShowingIt(String escaped, String reason) {
        String text = unescape(escaped);
        assertThatThrownBy(() -> SecretText.decode(text.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(MalformedSecretException.class)
                .hasMessageContaining(reason)
                .hasMessageNotContainingAny("1234", "12", "Schl");
        assertThatThrownBy(() -> SecretText.of(text)).hasMessageContaining(reason);
    }

    private static String unescape(String escaped) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < escaped.length(); i++) {
            if (escaped.charAt(i) != '\\') {
                text.append(escaped.charAt(i));
                continue;
            }
            i++;
            switch (escaped.charAt(i)) {
                case 'n' -> text.append('\n');
                case 'r' -> text.append('\r');
                case 't' -> text.append('\t');
                default -> {
                    text.append((char) Integer.parseInt(escaped.substring(i + 1, i + 5), 16));
                    i += 4;
                }
            }
        }
        return text.toString();
    }

    @Test
    void halfOfASurrogatePairIsRefused() {
        assertThatThrownBy(() -> SecretText.of("1234\uD83D")).hasMessageContaining("surrogate");
        assertThatThrownBy(() -> SecretText.of("\uDD111234")).hasMessageContaining("surrogate");
    }

    @ParameterizedTest
    @CsvSource({
        "UTF-16, UTF-16",
        "x-UTF-16LE-BOM, UTF-16",
        "UTF-16LE, not text in UTF-8",
        "UTF-16BE, not text in UTF-8",
        "ISO-8859-1, not text in UTF-8",
        "windows-1252, not text in UTF-8",
    })
    void otherEncodingsAreNamed(String charset, String reason) {
        byte[] bytes = "Schlüssel".getBytes(Charset.forName(charset));
        assertThatThrownBy(() -> SecretText.decode(bytes)).hasMessageContaining(reason);
        assertThat(bytes).containsOnly(0);
    }

    @Test
    void onlyBytesThatAreNoTextAreBinary() {
        assertThat(SecretText.isBinary(new byte[] {1, (byte) 0xff, 10})).isTrue();
        assertThat(SecretText.isBinary(new byte[] {'1', (byte) 0xc3})).isTrue();
        assertThat(SecretText.isBinary("1234\u0001".getBytes(StandardCharsets.UTF_8)))
                .isFalse();
        assertThat(SecretText.isBinary("1234".getBytes(StandardCharsets.UTF_16)))
                .isFalse();
    }

    @Test
    void aSecretHasALimit() throws Exception {
        assertThat(SecretText.bytes(new ByteArrayInputStream(new byte[SecretText.MAX_BYTES])))
                .hasSize(SecretText.MAX_BYTES);
        assertThatThrownBy(() -> SecretText.bytes(new ByteArrayInputStream(new byte[SecretText.MAX_BYTES + 1])))
                .isInstanceOf(MalformedSecretException.class)
                .hasMessageContaining("is longer than 65536 bytes");
    }
}
