package io.github.hsmsigner.springboot;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** The starter uses the public API only, and only its optional parts use optional dependencies. */
class ArchitectureTest {

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.github.hsmsigner.springboot");

    @Test
    void itUsesThePublicApiOnly() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.github.hsmsigner..internal..", "org.xipki..", "iaik..")
                .check(CLASSES);
    }

    @Test
    void healthAndPdfAreOptional() {
        classes()
                .that()
                .haveNameNotMatching(".*ReadinessGroup.*|.*SignerPdf.*|.*SignerMetrics.*|.*SignerHealth.*")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "io.github.hsmsigner.springboot",
                        "io.github.hsmsigner.core..",
                        "io.github.hsmsigner.pkcs11..",
                        "org.springframework.aot..",
                        "org.springframework.beans..",
                        "org.springframework.context..",
                        "org.springframework.core..",
                        "org.springframework.util",
                        "org.springframework.boot",
                        "org.springframework.boot.autoconfigure..",
                        "org.springframework.boot.context..",
                        "org.springframework.boot.diagnostics",
                        "org.springframework.boot.origin",
                        "org.jspecify.annotations",
                        "org.slf4j",
                        "java..")
                .check(CLASSES);
    }
}
