package io.github.hsmsigner.springboot;

import io.github.hsmsigner.core.SigningService;
import io.github.hsmsigner.pdf.PdfSigner;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.context.annotation.Bean;

/** Creates a {@link PdfSigner} over the {@link SigningService} if {@code signer-pdf} is on the class path. */
@AutoConfiguration(after = SignerAutoConfiguration.class)
@ConditionalOnClass(PdfSigner.class)
@ConditionalOnSingleCandidate(SigningService.class)
public final class SignerPdfAutoConfiguration {

    SignerPdfAutoConfiguration() {}

    @Bean
    @ConditionalOnMissingBean
    PdfSigner pdfSigner(SigningService service) {
        return PdfSigner.of(service);
    }
}
