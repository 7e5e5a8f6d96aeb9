package io.github.hsmsigner.http;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class ArchitectureTest {

    private static final String PROTOCOL = "io.github.hsmsigner.http.protocol..";
    private static final String JAVALIN = "io.github.hsmsigner.http.javalin..";

    private final JavaClasses module = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.github.hsmsigner.http");

    @Test
    void theModuleHasNoOtherPackages() {
        classes().should().resideInAnyPackage(PROTOCOL, JAVALIN).check(module);
    }

    @Test
    void theProtocolKnowsNoHttpServer() {
        classes()
                .that()
                .resideInAPackage(PROTOCOL)
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        PROTOCOL, "io.github.hsmsigner.core..", "com.fasterxml.jackson.core..", "org.slf4j..", "java..")
                .check(module);
    }

    @Test
    void thePluginKnowsOnlyTheProtocolTheCoreAndTheServer() {
        classes()
                .that()
                .resideInAPackage(JAVALIN)
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        JAVALIN,
                        PROTOCOL,
                        "io.github.hsmsigner.core..",
                        "io.javalin..",
                        "kotlin..",
                        "jakarta.servlet..",
                        "org.eclipse.jetty..",
                        "org.slf4j..",
                        "java..")
                .check(module);
    }

    @Test
    void packagesFormNoCycle() {
        slices().matching("io.github.hsmsigner.http.(*)..")
                .should()
                .beFreeOfCycles()
                .check(module);
    }

    @Test
    void itUsesThePublicApiOnly() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.github.hsmsigner..internal..")
                .check(module);
    }
}
