package io.github.hsmsigner.core;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.security.Provider;
import java.security.Security;
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
                        "javax.net.ssl",
                        "javax.security.auth.x500..",
                        "org.bouncycastle..",
                        "org.slf4j")
                .check(CLASSES);
    }

    @Test
    void itChangesNoSecurityProviderOfTheProcess() {
        noClasses()
                .should()
                .callMethod(Security.class, "addProvider", Provider.class)
                .orShould()
                .callMethod(Security.class, "insertProviderAt", Provider.class, int.class)
                .orShould()
                .callMethod(Security.class, "setProperty", String.class, String.class)
                .check(CLASSES);
    }

    @Test
    void itHasNoStaticStateThatChanges() {
        fields().that().areStatic().should().beFinal().check(CLASSES);
        noFields()
                .that()
                .areStatic()
                .should()
                .haveRawType(resideInAPackage("java.util.concurrent.."))
                .check(CLASSES);
    }

    @Test
    void itsPackagesFormNoCycle() {
        slices().matching("io.github.hsmsigner.(**)").should().beFreeOfCycles().check(CLASSES);
    }
}
