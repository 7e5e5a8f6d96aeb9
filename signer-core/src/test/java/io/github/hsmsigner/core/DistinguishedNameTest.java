package io.github.hsmsigner.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hsmsigner.core.certificate.CertificateFiles;
import io.github.hsmsigner.testing.ExternalTool;
import io.github.hsmsigner.testing.TestPki;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
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
        "'CN=#zz', must be followed by a value in DER"
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
}
