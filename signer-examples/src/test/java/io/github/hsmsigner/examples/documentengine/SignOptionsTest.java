package io.github.hsmsigner.examples.documentengine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hsmsigner.examples.documentengine.Position.Box;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an application may ask for, and the answer to each mistake in it. */
class SignOptionsTest {

    private static SignOptions parse(String body) {
        return SignOptions.parse(body, HashAlgorithm.SHA512, CadesLevel.B_LT);
    }

    @Test
    void withoutOptionsTheDefaultsAreTaken() {
        for (String body : new String[] {"", "  ", "{}", "{\"hashAlgorithm\":null,\"appearance\":null}"}) {
            assertThat(parse(body))
                    .isEqualTo(new SignOptions(
                            SignatureContainer.PKCS7,
                            SignatureType.CMS,
                            CadesLevel.B_LT,
                            HashAlgorithm.SHA512,
                            Optional.empty(),
                            16_384,
                            false,
                            Optional.empty(),
                            Optional.empty(),
                            Optional.empty(),
                            SignatureMetadata.none()));
        }
    }

    @Test
    void everyOptionIsRead() {
        SignOptions options = parse("""
                {
                  "signatureContainer": "raw", "signatureType": "cades", "cadesLevel": "b-lt", "hashAlgorithm": "sha384",
                  "signingToken": "{\\"user\\":1}", "estimatedSize": 20000, "flatten": true,
                  "position": {"pageIndex": 2, "rect": [10, 20.5, 200, 60]},
                  "appearance": {
                    "mode": "descriptionOnly", "contentType": "image/png", "showSigner": false, "showReason": true,
                    "showLocation": true, "showWatermark": false, "showSignDate": false, "showDateTimezone": true
                  },
                  "signatureMetadata": {"signerName": "A", "signatureReason": "B", "signatureLocation": "C"}
                }
                """);
        assertThat(options)
                .isEqualTo(new SignOptions(
                        SignatureContainer.RAW,
                        SignatureType.CADES,
                        CadesLevel.B_LT,
                        HashAlgorithm.SHA384,
                        Optional.of("{\"user\":1}"),
                        20_000,
                        true,
                        Optional.empty(),
                        Optional.of(new Position(2, Optional.of(new Box(10, 20.5, 200, 60)))),
                        Optional.of(new Appearance(
                                AppearanceMode.DESCRIPTION_ONLY,
                                Optional.of("image/png"),
                                false,
                                true,
                                true,
                                false,
                                false,
                                true)),
                        new SignatureMetadata(Optional.of("A"), Optional.of("B"), Optional.of("C"))));
        assertThat(options.toString()).isEqualTo("raw/cades/sha384/b-lt");
    }

    /** The API reference: "This parameter is ignored when the signatureType is cms." */
    @Test
    void cmsSignaturesHaveNoLevel() {
        assertThat(parse("{\"signatureType\":\"cms\",\"cadesLevel\":\"b-t\"}").toString())
                .isEqualTo("pkcs7/cms/sha512");
    }

    /** The names of the API reference; a signing service may refuse them. */
    @ParameterizedTest
    @CsvSource({"md5,MD5", "sha160,SHA160", "sha224,SHA224"})
    void algorithmsOfDocumentEngineAreKnown(String name, HashAlgorithm expected) {
        assertThat(parse("{\"hashAlgorithm\":\"" + name + "\"}").hash()).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"signatureContainer\":\"cms\"} | signatureContainer must be one of raw, pkcs7.",
                "{\"signatureType\":\"pades\"} | signatureType must be one of cms, cades.",
                "{\"hashAlgorithm\":\"sha1\"} | hashAlgorithm must be one of md5, sha160, sha224, sha256, sha384, sha512.",
                "{\"hashAlgorithm\":256} | hashAlgorithm must be a string.",
                "{\"cadesLevel\":\"b-lta\"} | cadesLevel must be one of b-b, b-t, b-lt.",
                "{\"flatten\":\"true\"} | flatten must be true or false.",
                "{\"signingToken\":{\"user\":1}} | signingToken must be a string.",
                "{\"estimatedSize\":0} | estimatedSize must be a number of bytes between 1 and 4194304.",
                "{\"estimatedSize\":1.5} | estimatedSize must be a number of bytes between 1 and 4194304.",
                "{\"estimatedSize\":\"1\"} | estimatedSize must be a number of bytes between 1 and 4194304.",
                "{\"estimatedSize\":99999999999} | estimatedSize must be a number of bytes between 1 and 4194304.",
                "{\"signatureMetadata\":\"a\"} | signatureMetadata must be a JSON object.",
                "{\"signatureMetadata\":{\"signerName\":1}} | signatureMetadata.signerName must be a string.",
                "{\"formFieldName\":7} | formFieldName must be a string.",
                "{\"position\":[]} | position must be a JSON object.",
                "{\"position\":{\"pageIndex\":-1}} | position.pageIndex must be the number of a page, counted from 0.",
                "{\"appearance\":{}} | appearance needs a place: position with pageIndex and rect, or formFieldName.",
                "{\"appearance\":{\"mode\":\"all\"}} | appearance.mode must be one of signatureOnly, signatureAndDescription, descriptionOnly.",
                "{\"appearance\":{\"showReason\":1}} | appearance.showReason must be true or false.",
                "{\"appearance\":{\"contentType\":\"image/gif\"}} | appearance.contentType must be one of application/pdf, image/png, image/jpeg.",
                "{\"formFieldName\":\"a\",\"position\":{}} | formFieldName names a field that has its place, so position must be left out.",
                "{\"signingToken\":\"x\" | The body is not JSON.",
                "{\"flatten\":true,\"flatten\":false} | The body is not JSON.",
                "{} {} | The body is not JSON.",
                "[] | The body must be a JSON object."
            })
    void aWrongValueIsAnsweredWithWhatIsExpected(String body, String message) {
        assertRefused(body, message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"[1,2,3]", "[1,2,3,0]", "[1,2,-3,4]", "[1,2,3,\"4\"]", "[1,2,3,1e999]", "{}", "7"})
    void aRectIsFourNumbers(String rect) {
        assertRefused(
                "{\"position\":{\"rect\":" + rect + "}}",
                "position.rect must be an array of four numbers, [left, top, width, height] in points from the page's "
                        + "upper left corner, with a width and a height greater than 0.");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"signatureTyp\":\"cms\"} | \"signatureTyp\". It knows appearance, cadesLevel, estimatedSize, flatten, ",
                "{\"signatureMetadata\":{\"a\":1}} | \"signatureMetadata.a\". It knows signatureLocation, signatureReason, signerName.",
                "{\"position\":{\"page\":1}} | \"position.page\". It knows pageIndex, rect.",
                "{\"appearance\":{\"color\":1}} | \"appearance.color\". It knows contentType, mode, showDateTimezone, "
            })
    void anUnknownOptionIsAnsweredWithTheKnownOnes(String body, String message) {
        assertThatThrownBy(() -> parse(body))
                .isInstanceOfSatisfying(
                        ApiException.class, e -> assertThat(e.status()).isEqualTo(400))
                .hasMessageStartingWith("The stand-in does not know the option " + message);
    }

    private static void assertRefused(String body, String message) {
        assertThatThrownBy(() -> parse(body))
                .isInstanceOfSatisfying(
                        ApiException.class, e -> assertThat(e.status()).isEqualTo(400))
                .hasMessage(message);
    }
}
