package com.example;

import io.github.hsmsigner.pdf.PdfSignatureOptions;
import io.github.hsmsigner.pdf.PdfSigner;
import java.io.IOException;
import java.nio.file.Path;
import org.springframework.boot.CommandLineRunner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** Signs the PDF of the first argument, and writes the second. */
@SpringBootApplication
public class SignPdf implements CommandLineRunner {

    private final PdfSigner signer;

    SignPdf(PdfSigner signer) {
        this.signer = signer;
    }

    public static void main(String[] args) {
        SpringApplication.run(SignPdf.class, args);
    }

    @Override
    public void run(String... args) throws IOException {
        signer.sign(Path.of(args[0]), Path.of(args[1]), PdfSignatureOptions.builder().build());
    }
}
