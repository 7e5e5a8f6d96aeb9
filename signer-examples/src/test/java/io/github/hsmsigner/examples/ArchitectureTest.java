package io.github.hsmsigner.examples;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class ArchitectureTest {

    private final JavaClasses classes = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.github.hsmsigner.examples");

    /** The stand-in reads the protocol's description on its own, or it would share the service's mistakes. */
    @Test
    void theStandInSharesNoCodeWithTheSigningService() {
        noClasses()
                .that()
                .resideInAPackage("..examples.documentengine..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.github.hsmsigner.core..",
                        "io.github.hsmsigner.pkcs11..",
                        "io.github.hsmsigner.http..",
                        "io.github.hsmsigner.service..")
                .check(classes);
    }

    /** Whoever copies an example needs to copy its package and no other; the stand-in is none, and may offer the sample document. */
    @Test
    void examplesDoNotDependOnEachOther() {
        slices().matching("io.github.hsmsigner.examples.(*)..")
                .should()
                .notDependOnEachOther()
                .ignoreDependency(resideInAPackage("..documentengine.."), resideInAPackage("..pdf.."))
                .check(classes);
    }

    @Test
    void examplesUseThePublicApiOnly() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.github.hsmsigner..internal..")
                .check(classes);
    }
}
