package io.github.hsmsigner.http.protocol;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.github.hsmsigner.core.CertificateChain;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.cert.X509Certificate;
import java.util.List;

/** The answer to {@code get_certificates}. */
final class CertificatesAnswer {

    private static final JsonFactory JSON = new JsonFactory();

    private CertificatesAnswer() {}

    static CallbackAnswer of(CertificateChain chain, CertificateEncoding encoding) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        try (JsonGenerator generator = JSON.createGenerator(body)) {
            generator.writeStartObject();
            write(generator, "certificates", List.of(chain.signer()), encoding);
            write(generator, "ca_certificates", chain.issuers(), encoding);
            generator.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("Writing to memory failed", e);
        }
        return CallbackAnswer.json(body.toByteArray());
    }

    private static void write(
            JsonGenerator generator, String field, List<X509Certificate> certificates, CertificateEncoding encoding)
            throws IOException {
        generator.writeArrayFieldStart(field);
        for (X509Certificate certificate : certificates) {
            generator.writeString(encoding.encode(certificate));
        }
        generator.writeEndArray();
    }
}
