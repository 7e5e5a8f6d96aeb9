package io.github.hsmsigner.jca;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** The provider is small: it needs the core and no PKCS#11. */
class ArchitectureTest {

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.github.hsmsigner.jca");

    @Test
    void itDependsOnTheCoreAlone() {
        classes()
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "io.github.hsmsigner.jca..",
                        "io.github.hsmsigner.core",
                        "io.github.hsmsigner.core.error",
                        "org.bouncycastle.asn1..",
                        "org.bouncycastle.crypto.signers",
                        "org.jspecify.annotations..",
                        "java..")
                .check(CLASSES);
    }
}
