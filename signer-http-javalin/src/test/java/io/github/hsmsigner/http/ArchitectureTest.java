package io.github.hsmsigner.http;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class ArchitectureTest {

    private static final String PROTOCOL = "io.github.hsmsigner.http.protocol..";
    private static final String JAVALIN = "io.github.hsmsigner.http.javalin..";
    private static final String SERVICE = "io.github.hsmsigner.http.service..";

    private final JavaClasses module = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.github.hsmsigner.http");

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
    void thePluginKnowsNeitherTheServiceNorThePkcs11Module() {
        noClasses()
                .that()
                .resideInAPackage(JAVALIN)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(SERVICE, "io.github.hsmsigner.pkcs11..")
                .check(module);
    }

    @Test
    void oneClassKnowsThePkcs11Module() {
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName("io.github.hsmsigner.http.service.HsmKeySource")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.github.hsmsigner.pkcs11..")
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
}
