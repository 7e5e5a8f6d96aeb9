package io.github.hsmsigner.core;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class ArchitectureTest {

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.github.hsmsigner.core");

    @Test
    void itKnowsBouncyCastleAndSlf4jAndNothingElse() {
        classes()
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "io.github.hsmsigner.core..",
                        "java..",
                        "javax.crypto..",
                        "javax.security.auth.x500..",
                        "org.bouncycastle..",
                        "org.slf4j")
                .check(CLASSES);
    }

    @Test
    void itsPackagesFormNoCycle() {
        slices().matching("io.github.hsmsigner.(**)").should().beFreeOfCycles().check(CLASSES);
    }
}
