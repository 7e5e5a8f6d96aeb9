package io.github.hsmsigner.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hsmsigner.core.certificate.CertificateFiles;
import io.github.hsmsigner.testing.ExternalTool;
import io.github.hsmsigner.testing.TestPki;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERBMPString;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DERPrintableString;
import org.bouncycastle.asn1.DERT61String;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.DERUniversalString;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** OpenSSL is the judge of how names are printed. */
class DistinguishedNameTest {

    @TempDir
    private static Path shared;

    @BeforeAll
    static void makeKey() {
        TestPki.writePem(shared.resolve("key.pem"), TestKeys.KEY_PAIR.getPrivate());
    }

    private static DistinguishedName name(ASN1ObjectIdentifier type, ASN1Encodable value) throws Exception {
        return DistinguishedName.of(new X500Principal(
                new X500NameBuilder().addRDN(type, value).build().getEncoded()));
    }

    private static X509Certificate certified(String subject) {
        Path file = shared.resolve("certificate.pem");
        ExternalTool.runOrFail(
                "openssl",
                "req",
                "-x509",
                "-key",
                shared.resolve("key.pem").toString(),
                "-utf8",
                "-multivalue-rdn",
                "-subj",
                subject,
                "-out",
                file.toString());
        return CertificateFiles.read(file).get(0);
    }

    private static String printedByOpenssl() {
        return ExternalTool.runOrFail(
                        "openssl",
                        "x509",
                        "-in",
                        shared.resolve("certificate.pem").toString(),
                        "-noout",
                        "-subject",
                        "-nameopt",
                        "RFC2253")
                .replace("\n", "")
                .substring("subject=".length());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/C=DE/O=Example/organizationIdentifier=NTRDE-HRB1234/CN=engine",
                "/C=DE/SN=Doe/GN=Jane/CN=engine",
                "/DC=org/DC=example/UID=jdoe/CN=engine",
                "/title=Dr./postalCode=12345/businessCategory=Private/street=First Road/L=Town/ST=State/CN=x",
                "/jurisdictionC=DE/jurisdictionST=Hessen/jurisdictionL=Frankfurt/serialNumber=HRB 1/CN=x",
                "/emailAddress=a@example.org/pseudonym=p/dnQualifier=q/initials=i/generationQualifier=III/name=n/CN=x",
                "/C=DE/O=Prüfung AG/CN=Müller €",
                "/O=a, b; c <d> \\\"e\\\"/CN=a\\+b",
                "/O= blanks at both ends /CN=#hash",
                "/C=DE/CN=one+UID=two",
                "/1.2.3.4.5=unknown/CN=x",
                "/INN=123456789012/OGRN=1234567890123/SNILS=12345678901/CN=x",
                "/description=d/role=r/telephoneNumber=1/houseIdentifier=h/unstructuredName=u/CN=x"
            })
    void isPrintedAsOpensslPrintsIt(String subject) {
        X509Certificate certificate = certified(subject);
        DistinguishedName name = DistinguishedName.ofSubject(certificate);
        assertThat(name).hasToString(printedByOpenssl());
        assertThat(DistinguishedName.parse(name.toString())).isEqualTo(name);
        assertThat(DistinguishedName.of(DistinguishedName.parse(name.toString()).principal()))
                .isEqualTo(name);
        // Java's own spellings, with object identifiers for what it does not know.
        assertThat(DistinguishedName.parse(certificate.getSubjectX500Principal().getName(X500Principal.RFC2253)))
                .isEqualTo(name);
        assertThat(DistinguishedName.parse(certificate.getSubjectX500Principal().getName(X500Principal.RFC1779)))
                .isEqualTo(name);
    }

    @Test
    void controlCharactersAreEscaped() throws Exception {
        DistinguishedName name = name(BCStyle.CN, new DERUTF8String("a\u001b[31m\nERROR\u0000\u202e"));
        assertThat(name).hasToString("CN=a\\1B[31m\\0AERROR\\00\\E2\\80\\AE");
        assertThat(DistinguishedName.parse(name.toString())).isEqualTo(name);
    }

    @Test
    void stringTypesDoNotCount() throws Exception {
        DistinguishedName utf8 = name(BCStyle.O, new DERUTF8String("Example"));
        for (ASN1Encodable other : List.of(
                new DERPrintableString("Example"),
                new DERBMPString("Example"),
                new DERT61String("Example"),
                new DERUniversalString("Example".getBytes(Charset.forName("UTF-32BE"))))) {
            assertThat(name(BCStyle.O, other))
                    .isEqualTo(utf8)
                    .hasSameHashCodeAs(utf8)
                    .hasToString("O=Example");
        }
        DistinguishedName bits = name(BCStyle.O, new DERBitString(new byte[] {1, 2}));
        assertThat(bits).isNotEqualTo(utf8).hasToString("O=#0303000102");
        assertThat(DistinguishedName.parse(bits.toString())).isEqualTo(bits);
    }

    @ParameterizedTest
    @CsvSource({
        "'CN=engine,O=Example', 'CN=Engine,O=Example'",
        "'CN=engine,O=Example', 'CN=engine,O=Exam ple'",
        "'CN=engine,O=Example', 'CN=engine,O=Example\\ '",
        "'CN=engine,O=Example', 'O=Example,CN=engine'",
        "'CN=engine,O=Example', 'CN=engine+O=Example'",
        "'CN=engine,O=Example', 'CN=engine'",
        "'CN=engine', 'CN=ｅngine'",
        "'CN=a  b', 'CN=a b'"
    })
    void caseAndBlanksAndOrderCount(String one, String other) {
        assertThat(DistinguishedName.parse(one)).isNotEqualTo(DistinguishedName.parse(other));
    }

    @ParameterizedTest
    @CsvSource({
        "'CN=engine,O=Example', 'cn = engine , o = Example'",
        "'CN=engine,O=Example', 'CN=\"engine\"; O=\"Example\"'",
        "'CN=engine,O=Example', 'OID.2.5.4.3=engine,2.5.4.10=#0c074578616d706c65'",
        "'CN=a+O=b', 'O=b+CN=a'",
        "'GN=Jane,SN=Doe', 'GIVENNAME=Jane,SURNAME=Doe'",
        "'ST=x,emailAddress=a@b', 'S=x,E=a@b'",
        "'CN=M\\C3\\BCller', 'CN=Müller'",
        "'CN=a\\,b', 'CN=\"a,b\"'"
    })
    void spellingsOfTheSameName(String one, String other) {
        assertThat(DistinguishedName.parse(other)).isEqualTo(DistinguishedName.parse(one));
    }

    @ParameterizedTest
    @CsvSource({
        "'', At character 1: an attribute",
        "engine, At character 1: an attribute",
        "'CN=a,', an attribute and",
        "'CN=', has no value",
        "'XY=a', the attribute \"XY\" is not known",
        "'CN=a\\C3', escapes must be UTF-8",
        "'CN=a\\', a backslash must be followed",
        "'CN=\"a', a quote is not closed",
        "'CN=\"a\"b', a separator is expected",
        "'CN=#0c', must be followed by a value in DER",
        "'CN=#zz', must be followed by a value in DER",
        "'CN=#', must be followed by a value in DER",
        "'CN=#0c01410c0141', must be followed by a value in DER",
        "'CN=#1f8105', must be followed by a value in DER"
    })
    void textThatIsNoName(String text, String sentence) {
        assertThatThrownBy(() -> DistinguishedName.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(sentence);
    }

    @Test
    void anEmptyNameIsPrintedAsNothing() {
        assertThat(DistinguishedName.of(new X500Principal(""))).hasToString("");
    }

    /** Java reads names with these values. No two of them are the same name, nor that of the text that they resemble. */
    @Test
    void damagedStringsAreBytes() {
        Set<DistinguishedName> names = new HashSet<>();
        for (String value : List.of(
                "0c01c3", // UTF-8, incomplete
                "0c02c328",
                "0c03efbfbd", // a replacement character, not damaged
                "1e02d800", // half a surrogate pair
                "1e02d801",
                "1e0100", // half a character
                "1c0400110000", // above U+10FFFF
                "1c0400120000",
                "1c0300006e",
                "0103000102", // a BOOLEAN of three bytes
                "0c00")) {
            DistinguishedName name = DistinguishedName.of(new X500Principal(HexFormat.of()
                    .parseHex("%02x31%02x30%02x0603550403"
                                    .formatted(value.length() / 2 + 9, value.length() / 2 + 7, value.length() / 2 + 5)
                                    .replaceFirst("^", "30")
                            + value)));
            if (!value.equals("0c03efbfbd")) {
                assertThat(name).hasToString("CN=#" + value.toUpperCase(Locale.ROOT));
            }
            assertThat(DistinguishedName.parse(name.toString())).isEqualTo(name);
            assertThat(DistinguishedName.of(name.principal())).isEqualTo(name);
            assertThat(names.add(name)).as(value).isTrue();
        }
    }

    @Test
    void aPartWithSeveralAttributesKeepsTheirOrderWhenItIsPrinted() {
        for (String text : List.of("CN=one+UID=two", "UID=two+CN=one", "CN=a+CN=b+O=c,C=DE")) {
            assertThat(DistinguishedName.parse(text)).hasToString(text);
        }
    }
}
