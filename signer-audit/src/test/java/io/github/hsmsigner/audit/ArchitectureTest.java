package io.github.hsmsigner.audit;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class ArchitectureTest {

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.github.hsmsigner.audit");

    @Test
    void itDependsOnTheCoreAndOnNoTransport() {
        classes()
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "io.github.hsmsigner.audit..",
                        "io.github.hsmsigner.core..",
                        "com.fasterxml.jackson.core..",
                        "org.jspecify.annotations..",
                        "org.slf4j..",
                        "java..")
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
