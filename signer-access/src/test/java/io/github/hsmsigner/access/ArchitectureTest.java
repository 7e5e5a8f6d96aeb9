package io.github.hsmsigner.access;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.security.MessageDigest;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ArchitectureTest {

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.github.hsmsigner.access");

    @Test
    void itDependsOnTheCoreAndOnNoTransport() {
        classes()
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "io.github.hsmsigner.access..",
                        "io.github.hsmsigner.core..",
                        "com.fasterxml.jackson.core..",
                        "com.nimbusds.jose..",
                        "org.jspecify.annotations..",
                        "java..")
                .check(CLASSES);
    }

    /** The package that module-info.java of signer-core exports to this module. */
    @Test
    void itUsesOneInternalPackage() {
        noClasses()
                .should()
                .dependOnClassesThat(resideInAPackage("io.github.hsmsigner..internal..")
                        .and(not(resideInAPackage("io.github.hsmsigner.core.internal.secret"))))
                .check(CLASSES);
    }

    @Test
    void secretsAreComparedInConstantTime() {
        classes()
                .that()
                .haveFullyQualifiedName("io.github.hsmsigner.access.SharedSecretSettings$HashedSecret")
                .should()
                .callMethod(MessageDigest.class, "isEqual", byte[].class, byte[].class)
                .check(CLASSES);
        noClasses()
                .should()
                .callMethod(Arrays.class, "equals", byte[].class, byte[].class)
                .orShould()
                .callMethod(Arrays.class, "compare", byte[].class, byte[].class)
                .check(CLASSES);
    }
}
