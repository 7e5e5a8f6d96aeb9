package io.github.hsmsigner.core.internal.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.zip.GZIPOutputStream;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class Asn1AnswerTest {

    private static byte[] structure(int size) {
        try {
            return new DERSequence(new DEROctetString(new byte[size])).getEncoded();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] with(byte[] structure, String behind) {
        byte[] answer = Arrays.copyOf(structure, structure.length + behind.length());
        byte[] bytes = behind.getBytes(StandardCharsets.ISO_8859_1);
        System.arraycopy(bytes, 0, answer, structure.length, bytes.length);
        return answer;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 100, 200, 400, 100_000})
    void lineBreaksBehindAStructureAreRemoved(int size) throws IOException {
        byte[] structure = structure(size);
        for (String behind : new String[] {"", "\n", "\r\n", " \t\n\n"}) {
            assertThat(Asn1Answer.content(with(structure, behind))).isEqualTo(structure);
        }
        assertThat(Asn1Answer.content(with(structure, "\nx"))).hasSize(structure.length + 2);
        assertThatThrownBy(() -> Asn1Answer.ber(with(structure, "x"))).hasMessageContaining("Extra data");
        byte[] cut = Arrays.copyOf(structure, structure.length - 1);
        assertThat(Asn1Answer.content(cut)).isEqualTo(cut);
    }

    @Test
    void base64IsDecoded() throws IOException {
        byte[] structure = structure(1000);
        assertThat(Asn1Answer.content(Base64.getEncoder().encode(structure))).isEqualTo(structure);
        assertThat(Asn1Answer.content(Base64.getMimeEncoder().encode(structure)))
                .isEqualTo(structure);
        assertThat(Asn1Answer.content(with(
                        "\u00ef\u00bb\u00bf".getBytes(StandardCharsets.ISO_8859_1),
                        Base64.getEncoder().encodeToString(structure) + "\r\n")))
                .isEqualTo(structure);
        assertThat(Asn1Answer.ber(Base64.getEncoder().encode(structure))).isInstanceOf(ASN1Sequence.class);
    }

    @ParameterizedTest
    @CsvSource({
        "<!DOCTYPE html><html></html>,UTF-8,it is an HTML or XML page",
        "'\n <?xml version=\"1.0\"?>',UTF-8,it is an HTML or XML page",
        "<html>Größe,UTF-16,it is an HTML or XML page",
        "Not found,UTF-8,it is text",
        "Nicht verfügbar,ISO-8859-1,it is text",
        "TUlH,UTF-8,it is text",
        "-----BEGIN X509 CRL-----,UTF-8,it is PEM",
        "-----BEGIN CERTIFICATE-----,UTF-16LE,it is PEM",
    })
    void anotherFormIsNamed(String text, Charset charset, String reason) {
        assertThatThrownBy(() -> Asn1Answer.ber(text.getBytes(charset)))
                .hasMessage("its answer cannot be read as one structure of ASN.1: " + reason);
    }

    @Test
    void gzipAndNothingAreNamed() throws IOException {
        ByteArrayOutputStream zipped = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(zipped)) {
            gzip.write(structure(10));
        }
        assertThatThrownBy(() -> Asn1Answer.content(zipped.toByteArray())).hasMessageEndingWith("compressed with gzip");
        assertThatThrownBy(() -> Asn1Answer.content(new byte[0])).hasMessage("its answer is empty");
    }
}
