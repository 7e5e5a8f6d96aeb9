package io.github.hsmsigner.core.internal.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.core.TestKeys;
import io.github.hsmsigner.testing.LoopbackServer;
import io.github.hsmsigner.testing.LoopbackServer.Reply;
import io.github.hsmsigner.testing.TestPki;
import java.net.URI;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.bouncycastle.asn1.DERIA5String;
import org.bouncycastle.asn1.x509.AccessDescription;
import org.bouncycastle.asn1.x509.AuthorityInformationAccess;
import org.bouncycastle.asn1.x509.CRLDistPoint;
import org.bouncycastle.asn1.x509.DistributionPoint;
import org.bouncycastle.asn1.x509.DistributionPointName;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CertificateAddressesTest {

    private static final KeyPair KEY = TestPki.rsaKeyPair(2048);

    private static GeneralName uri(String text, Charset charset) {
        // One character for each byte, because the class encodes Latin-1.
        return new GeneralName(
                GeneralName.uniformResourceIdentifier,
                new DERIA5String(new String(text.getBytes(charset), StandardCharsets.ISO_8859_1)));
    }

    private static X509Certificate certificate(GeneralName... crls) throws Exception {
        DistributionPoint[] points = Stream.of(crls)
                .map(name -> new DistributionPoint(new DistributionPointName(new GeneralNames(name)), null, null))
                .toArray(DistributionPoint[]::new);
        Instant begin = Instant.now().minus(Duration.ofDays(1));
        return TestPki.certify(
                "CN=Signer",
                KEY.getPublic(),
                "CN=Issuer",
                KEY,
                false,
                begin,
                begin.plus(Duration.ofDays(30)),
                Extension.create(Extension.cRLDistributionPoints, false, new CRLDistPoint(points)),
                Extension.create(
                        Extension.authorityInfoAccess,
                        false,
                        new AuthorityInformationAccess(new AccessDescription(AccessDescription.id_ad_ocsp, crls[0]))));
    }

    @ParameterizedTest
    @CsvSource({
        "/Example CA.crl,/Example%20CA.crl",
        "/a|b.crl,/a%7Cb.crl",
        "/{a}^[b].crl,/%7Ba%7D%5E%5Bb%5D.crl",
        "/100%.crl,/100%25.crl",
        "/a\\b.crl,/a%5Cb.crl",
        "/Größe.crl,/Gr%C3%B6%C3%9Fe.crl",
        "/a%20b.crl?x=y z,/a%20b.crl?x=y%20z",
    })
    void anAddressThatIsNotStrictIsRequestedPercentEncoded(String inCertificate, String requested) throws Exception {
        String[] target = new String[1];
        try (LoopbackServer server = new LoopbackServer((exchange, body) -> {
            target[0] = exchange.getRequestURI().toString();
            return Reply.of(new byte[] {1});
        })) {
            String base = server.uri("").toString();
            X509Certificate certificate =
                    certificate(uri(" HTTP" + base.substring(4) + inCertificate + " ", StandardCharsets.UTF_8));
            List<URI> addresses = CertificateAddresses.crls(certificate);
            assertThat(addresses).containsExactly(URI.create(base + requested));
            assertThat(CertificateAddresses.ocspResponders(certificate)).isEqualTo(addresses);
            assertThat(CertificateAddresses.unusable(certificate)).isEmpty();
            assertThat(new HttpFetcher(10).get(addresses.get(0), TestKeys.soon()))
                    .hasSize(1);
            assertThat(target[0]).isEqualTo(requested);
        }
    }

    @Test
    void latin1IsRequestedAsItStands() throws Exception {
        assertThat(CertificateAddresses.crls(
                        certificate(uri("http://pki.example/Größe.crl", StandardCharsets.ISO_8859_1))))
                .containsExactly(URI.create("http://pki.example/Gr%F6%DFe.crl"));
    }

    @Test
    void addressesThatCannotBeUsedAreDescribed() throws Exception {
        X509Certificate certificate = certificate(
                uri("ldap://pki.example/cn=a\u0007", StandardCharsets.US_ASCII),
                uri("https://pki.example/a.crl", StandardCharsets.US_ASCII),
                uri("http://a b/a.crl", StandardCharsets.US_ASCII),
                new GeneralName(GeneralName.dNSName, "pki.example"));
        assertThat(CertificateAddresses.crls(certificate)).isEmpty();
        assertThat(CertificateAddresses.unusable(certificate))
                .isEqualTo(", only ldap://pki.example/cn=a (it does not begin with http:// or https://),"
                        + " https://pki.example/a.crl (it begins with https://, and only http:// is used),"
                        + " http://a b/a.crl (its host or port is not valid), pki.example (it is not a URI)");
    }

    @Test
    void aCertificateWithoutAddressesHasNothingToDescribe() {
        assertThat(CertificateAddresses.unusable(TestKeys.PKI.root())).isEmpty();
    }
}
