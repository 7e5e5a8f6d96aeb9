package io.github.hsmsigner.pdf;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class ArchitectureTest {

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.github.hsmsigner.pdf");

    @Test
    void itDependsOnTheCoreAndPdfBoxAndOnNoTransport() {
        classes()
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "io.github.hsmsigner.pdf..",
                        "io.github.hsmsigner.core..",
                        "org.apache.pdfbox..",
                        "org.bouncycastle..",
                        "org.jspecify.annotations..",
                        "java..",
                        "javax.imageio..",
                        "javax.security.auth.x500..")
                .check(CLASSES);
    }

    @Test
    void itUsesNoInternalPackages() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.github.hsmsigner..internal..")
                .check(CLASSES);
    }
}
