package io.github.hsmsigner.core.internal.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HttpAddressTest {

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '"',
            value = {
                "http://pki.example/Example CA.crl,http://pki.example/Example%20CA.crl",
                "http://pki.example/a|b,http://pki.example/a%7Cb",
                "http://pki.example/{a}^[1],http://pki.example/%7Ba%7D%5E%5B1%5D",
                "http://pki.example/100%.crl,http://pki.example/100%25.crl",
                "http://pki.example/100%2,http://pki.example/100%252",
                "http://pki.example/a%20b%2Fc?d=%C3%BC,http://pki.example/a%20b%2Fc?d=%C3%BC",
                "http://pki.example/a\\b,http://pki.example/a%5Cb",
                "\" \thttp://pki.example/a.crl \n\",http://pki.example/a.crl",
                "\"http://pki.example/a\r\nHost: b\",http://pki.example/a%0D%0AHost:%20b",
                "http://pki.example/Größe.crl,http://pki.example/Gr%C3%B6%C3%9Fe.crl",
                "http://bücher.example/,http://xn--bcher-kva.example/",
                "http://pki.example?a=b|c,http://pki.example/?a=b%7Cc",
                "http://pki.example/a.crl#part,http://pki.example/a.crl",
                "http://user@pki.example:8080/,http://pki.example:8080/",
                "HTTP://pki_srv:8080,http://pki_srv:8080/",
                "Https://tsa-/x,https://tsa-/x",
                "http://-tsa.example/,http://-tsa.example/",
                "http://[2001:db8::1]:80/,http://[2001:db8::1]:80/",
                "http://127.0.0.1:/,http://127.0.0.1/",
            })
    void readsAddressesAsCertificatesAndSettingsHaveThem(String text, String uri) throws Exception {
        HttpAddress address = HttpAddress.parse(text);
        assertThat(address.uri()).hasToString(uri);
        assertThat(address.url()).hasToString(uri);
        assertThat(HttpAddress.parse(uri).uri()).as("read again").hasToString(uri);
        assertThat(uri).startsWith(address.origin());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "pki.example/a.crl",
                "ldap://pki.example/cn=a",
                "file:///etc/passwd",
                "http:/pki.example",
                "http://",
                "http:///a.crl",
                "http://a b/",
                "http://a\\b/",
                "http://a\r\nb/",
                "http://pki.example:65536/",
                "http://pki.example:0/",
                "http://pki.example:a/",
                "http://[::1/",
                "http://a..b/",
                "http://%41/",
                "http://[1:2]/",
                "http://[200::db8::1]:80/",
                "http://[1.2.3.4]/",
                "http://ﷺ/",
                "http://a.ﱞ/",
                "http://⑴/",
            })
    void refusesOthers(String text) {
        assertThatThrownBy(() -> HttpAddress.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("it");
    }

    @Test
    void bytesThatAreNotUtf8ReachTheServerUnchanged() {
        String text = "http://pki.example/Größe.crl";
        assertThat(HttpAddress.parse(text.getBytes(StandardCharsets.UTF_8)))
                .hasToString("http://pki.example/Gr%C3%B6%C3%9Fe.crl");
        assertThat(HttpAddress.parse(text.getBytes(StandardCharsets.ISO_8859_1)))
                .hasToString("http://pki.example/Gr%F6%DFe.crl");
    }

    @ParameterizedTest
    @CsvSource({
        "https://other.example/b,https://other.example/b",
        "//other_host/b c,http://other_host/b%20c",
        "/b c?d,http://pki_srv:8080/b%20c?d",
        "b,http://pki_srv:8080/x/b",
        "../b#part,http://pki_srv:8080/b",
        "?d,http://pki_srv:8080/x/a?d",
    })
    void resolvesRedirects(String location, String target) {
        assertThat(HttpAddress.parse("http://pki_srv:8080/x/a").resolve(location))
                .hasToString(target);
    }

    /** The examples of RFC 3986, section 5.4, that are addresses of HTTP. */
    @ParameterizedTest
    @CsvSource(
            value = {
                "g, http://a/b/c/g",
                "./g, http://a/b/c/g",
                "g/, http://a/b/c/g/",
                "/g, http://a/g",
                "//g, http://g/",
                "?y, http://a/b/c/d;p?y",
                "g?y, http://a/b/c/g?y",
                "#s, http://a/b/c/d;p?q",
                "g?y#s, http://a/b/c/g?y",
                ";x, http://a/b/c/;x",
                "'', http://a/b/c/d;p?q",
                "., http://a/b/c/",
                "./, http://a/b/c/",
                ".., http://a/b/",
                "../, http://a/b/",
                "../g, http://a/b/g",
                "../.., http://a/",
                "../../g, http://a/g",
                "../../../g, http://a/g",
                "/./g, http://a/g",
                "/../g, http://a/g",
                "g., http://a/b/c/g.",
                "..g, http://a/b/c/..g",
                "./g/., http://a/b/c/g/",
                "g/../h, http://a/b/c/h",
                "g;x=1/../y, http://a/b/c/y",
                "g?y/../x, http://a/b/c/g?y/../x",
                "1:g, http://a/b/c/1:g",
                "/g//../h, http://a/g/h",
            })
    void resolvesTheExamplesOfTheStandard(String location, String target) {
        assertThat(HttpAddress.parse("http://a/b/c/d;p?q").resolve(location)).hasToString(target);
    }

    @Test
    void tellsOfAUser() {
        assertThat(HttpAddress.parse("http://user@tsa_/").hasUser()).isTrue();
        assertThat(HttpAddress.parse("http://:secret@tsa/").hasUser()).isTrue();
        assertThat(HttpAddress.parse("http://tsa/@").hasUser()).isFalse();
    }
}
