package io.github.hsmsigner.pkcs11;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class ArchitectureTest {

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.github.hsmsigner.pkcs11");

    @Test
    void theWrapperIsKnownInOnePackage() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.github.hsmsigner.pkcs11.cryptoki")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.xipki..", "iaik..")
                .check(CLASSES);
    }

    @Test
    void itKnowsNoTransport() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.github.hsmsigner.http..", "io.javalin..", "jakarta.servlet..")
                .check(CLASSES);
    }

    @Test
    void packagesFormNoCycle() {
        slices().matching("io.github.hsmsigner.(**)").should().beFreeOfCycles().check(CLASSES);
    }
}
