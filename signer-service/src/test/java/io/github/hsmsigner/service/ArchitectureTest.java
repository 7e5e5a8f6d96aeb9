package io.github.hsmsigner.service;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class ArchitectureTest {

    private static final String PROTOCOL = "io.github.hsmsigner.http.protocol..";

    private final JavaClasses module = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.github.hsmsigner.service");

    @Test
    void theServerDoesNotKnowThePkcs11Module() {
        noClasses()
                .that()
                .resideInAPackage("io.github.hsmsigner.service.server..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.github.hsmsigner.pkcs11..")
                .check(module);
    }

    @Test
    void metricsKnowWhatTheyMeasureAndNoServer() {
        classes()
                .that()
                .resideInAPackage("io.github.hsmsigner.service.metrics..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "io.github.hsmsigner.service.metrics..",
                        "io.github.hsmsigner.micrometer..",
                        PROTOCOL,
                        "io.github.hsmsigner.core..",
                        "io.micrometer..",
                        "java..")
                .check(module);
    }

    @Test
    void theFormsOfTheLogKnowLogbackAloneAndNobodyElseDoes() {
        classes()
                .that()
                .resideInAPackage("io.github.hsmsigner.service.log..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "io.github.hsmsigner.service.log..",
                        "ch.qos.logback..",
                        "com.fasterxml.jackson.core..",
                        "org.slf4j..",
                        "java..")
                .check(module);
        noClasses()
                .that()
                .resideOutsideOfPackage("io.github.hsmsigner.service.log..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("ch.qos.logback..")
                .check(module);
    }

    @Test
    void nobodyKnowsThePkcs11Wrapper() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.xipki..", "iaik..")
                .check(module);
    }

    @Test
    void packagesFormNoCycle() {
        slices().matching("io.github.hsmsigner.service.(*)..")
                .should()
                .beFreeOfCycles()
                .check(module);
    }

    /** The packages that module-info.java of signer-core and signer-micrometer export to this module. */
    @Test
    void itUsesFewInternalPackages() {
        noClasses()
                .should()
                .dependOnClassesThat(resideInAPackage("io.github.hsmsigner..internal..")
                        .and(not(resideInAnyPackage(
                                "io.github.hsmsigner.core.internal.fetch",
                                "io.github.hsmsigner.core.internal.key",
                                "io.github.hsmsigner.core.internal.secret",
                                "io.github.hsmsigner.core.internal.uri",
                                "io.github.hsmsigner.micrometer.internal"))))
                .check(module);
    }
}
