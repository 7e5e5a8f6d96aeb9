package io.github.hsmsigner.pkcs11;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hsmsigner.core.error.InvalidConfigurationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class Pkcs11UriTest {

    @Test
    void anEmptyPathMatchesEverything() {
        Pkcs11Uri uri = Pkcs11Uri.parse("pkcs11:");
        assertThat(KeySelector.of(uri)).isEqualTo(KeySelector.any());
        assertThat(TokenSelector.of(uri)).isEqualTo(TokenSelector.any());
    }

    @Test
    void readsEveryAttributeOfThePath() {
        Pkcs11Uri uri = Pkcs11Uri.parse("pkcs11:token=hsm1;manufacturer=Marvell%20Inc;serial=0a1b;model=LS2;"
                + "library-manufacturer=AWS;library-version=5.12;library-description=The%20library;"
                + "object=invoice-key;type=private;id=%01%A2b;"
                + "slot-id=2305843009213693953;slot-manufacturer=S;slot-description=D");
        assertThat(uri.token()).contains("hsm1");
        assertThat(uri.manufacturer()).contains("Marvell Inc");
        assertThat(uri.serial()).contains("0a1b");
        assertThat(uri.model()).contains("LS2");
        assertThat(uri.libraryManufacturer()).contains("AWS");
        assertThat(uri.libraryVersion()).contains("5.12");
        assertThat(uri.libraryDescription()).contains("The library");
        assertThat(uri.object()).contains("invoice-key");
        assertThat(uri.type()).contains("private");
        assertThat(uri.id()).hasValueSatisfying(id -> assertThat(id).containsExactly(0x01, 0xA2, 'b'));
        assertThat(uri.slotId()).contains(2305843009213693953L);
        assertThat(uri.slotManufacturer()).contains("S");
        assertThat(uri.slotDescription()).contains("D");
    }

    @Test
    void readsTheQueryAsData() {
        Pkcs11Uri uri = Pkcs11Uri.parse("pkcs11:object=k?pin-source=file:/run/secrets/pin"
                + "&module-name=cloudhsm_pkcs11&module-path=/opt/cloudhsm/lib/libcloudhsm_pkcs11.so");
        assertThat(uri.pinSource()).contains("file:/run/secrets/pin");
        assertThat(uri.moduleName()).contains("cloudhsm_pkcs11");
        assertThat(uri.modulePath()).contains("/opt/cloudhsm/lib/libcloudhsm_pkcs11.so");
        assertThat(Pkcs11Uri.parse("pkcs11:?pin-source=|/usr/lib/pinomatic").pinSource())
                .contains("|/usr/lib/pinomatic");
    }

    @Test
    void theQueryMayBeEmpty() {
        assertThat(Pkcs11Uri.parse("pkcs11:object=k?")).isEqualTo(Pkcs11Uri.parse("pkcs11:object=k"));
    }

    @Test
    void textIsUtf8() {
        assertThat(Pkcs11Uri.parse("pkcs11:object=Schl%C3%BCssel%3B%2F").object())
                .contains("Schlüssel;/");
    }

    @Test
    void charactersThatNeedNoEscapeStandForThemselves() {
        assertThat(Pkcs11Uri.parse("pkcs11:object=a:[]@!$'()*+,=&-._~z").object())
                .contains("a:[]@!$'()*+,=&-._~z");
    }

    @ParameterizedTest
    @CsvSource({"PKCS11:token=t", "Pkcs11:token=t"})
    void theSchemeIsOfEitherCase(String text) {
        assertThat(Pkcs11Uri.parse(text).token()).contains("t");
    }

    @Test
    void anEmptyValueIsAValue() {
        assertThat(Pkcs11Uri.parse("pkcs11:object=;id=").object()).contains("");
        assertThat(Pkcs11Uri.parse("pkcs11:id=").id())
                .hasValueSatisfying(id -> assertThat(id).isEmpty());
        assertThat(Pkcs11Uri.parse("pkcs11:object=k").id()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"18446744073709551615, -1", "0, 0", "9223372036854775808, -9223372036854775808"})
    void aSlotIdHas64BitsWithoutSign(String text, long expected) {
        assertThat(Pkcs11Uri.parse("pkcs11:slot-id=" + text).slotId()).contains(expected);
    }

    @Test
    void aVersionWithoutMinorNumberIsThatOfZero() {
        assertThat(Pkcs11Uri.parse("pkcs11:library-version=3").libraryVersion()).contains("3.0");
    }

    @Test
    void unknownAttributesOfTheQueryArePassedOver() {
        Pkcs11Uri uri = Pkcs11Uri.parse("pkcs11:object=k?x-vendor=1&x-vendor=2&module-name=m");
        assertThat(uri.unknownQueryAttributes()).containsExactly("x-vendor", "x-vendor");
        assertThat(uri.moduleName()).contains("m");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "token=t                     | 1  | \"pkcs11:\" is expected",
                "pkcs12:token=t              | 1  | \"pkcs11:\" is expected",
                "pkcs11:token                | 8  | an attribute as name=value",
                "pkcs11:token=t;             | 16 | an attribute as name=value",
                "pkcs11:token=t;;object=o    | 16 | an attribute as name=value",
                "pkcs11:=t                   | 8  | the name of an attribute",
                "pkcs11:to%20ken=t           | 8  | the name of an attribute",
                "pkcs11:Token=t              | 8  | \"Token\" is not known",
                "pkcs11:token=t;x-vendor=1   | 16 | \"x-vendor\" is not known, so it can match nothing",
                "pkcs11:token=t;token=u      | 16 | \"token\" comes a second time",
                "pkcs11:id=%01;id=%01        | 15 | \"id\" comes a second time",
                "pkcs11:token=a b            | 15 | must be escaped",
                "pkcs11:token=a/b            | 15 | must be escaped",
                "pkcs11:token=ü              | 14 | must be escaped",
                "pkcs11:token=%4             | 14 | two hexadecimal digits",
                "pkcs11:token=%4;object=o    | 14 | two hexadecimal digits",
                "pkcs11:token=%zz            | 14 | two hexadecimal digits",
                "pkcs11:token=%FF            | 14 | text in UTF-8",
                "pkcs11:slot-id=0x1          | 16 | a slot id is expected",
                "pkcs11:slot-id=-1           | 16 | a slot id is expected",
                "pkcs11:slot-id=+1           | 16 | a slot id is expected",
                "pkcs11:slot-id=             | 16 | a slot id is expected",
                "pkcs11:slot-id=18446744073709551616 | 16 | a slot id is expected",
                "pkcs11:type=key             | 13 | a type is expected, one of cert",
                "pkcs11:library-version=2.   | 24 | a version is expected",
                "pkcs11:object=k?module-name | 17 | an attribute as name=value",
                "pkcs11:?module-name=a&module-name=b | 23 | \"module-name\" comes a second time",
                "pkcs11:?module-name=a;b     | 22 | must be escaped",
            })
    void saysWhereItIsWrongAndWhatWasExpected(String text, int character, String expected) {
        assertThatThrownBy(() -> Pkcs11Uri.parse(text))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("at character " + character + ",")
                .hasMessageContaining(expected);
    }

    @Test
    void refusesAPinAndDoesNotRepeatIt() {
        assertThatThrownBy(() -> Pkcs11Uri.parse("pkcs11:object=k?pin-value=1234567890"))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("\"pin-value\" is refused")
                .hasMessageContaining("pin-source")
                .message()
                .doesNotContain("1234567890");
    }

    @Test
    void showsNothingOfTheQuery() {
        assertThat(Pkcs11Uri.parse("pkcs11:token=t;id=%01?pin-source=|secret%20command"))
                .hasToString("Pkcs11Uri{id=01, token=t}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"public", "cert", "secret-key", "data"})
    void onlyAPrivateKeySigns(String type) {
        Pkcs11Uri uri = Pkcs11Uri.parse("pkcs11:object=k;type=" + type);
        assertThatThrownBy(() -> KeySelector.of(uri))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("type=private")
                .hasMessageContaining("type=" + type);
    }

    @Test
    void selectorsFollowFromIt() {
        Pkcs11Uri uri = Pkcs11Uri.parse("pkcs11:token=t;serial=7;object=k;type=private;id=%0F");
        assertThat(TokenSelector.of(uri))
                .isEqualTo(TokenSelector.any().withLabel("t").withSerialNumber("7"))
                .hasToString("the token with label \"t\" and serial number \"7\"");
        assertThat(KeySelector.of(Pkcs11Uri.parse("pkcs11:object=k;id=%0F")))
                .isEqualTo(KeySelector.of("k", new byte[] {15}));
    }
}
