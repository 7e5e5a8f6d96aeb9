package io.github.hsmsigner.micrometer;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.github.hsmsigner.audit.AuditFile;
import org.junit.jupiter.api.Test;

class ArchitectureTest {

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.github.hsmsigner.micrometer");

    @Test
    void itDependsOnMicrometerAndOnNoRegistry() {
        classes()
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "io.github.hsmsigner.micrometer..",
                        "io.github.hsmsigner.audit",
                        "io.github.hsmsigner.core..",
                        "io.github.hsmsigner.pkcs11..",
                        "io.micrometer.core.instrument..",
                        "org.jspecify.annotations..",
                        "java..")
                .check(CLASSES);
    }

    /** Applications without signer-audit use everything else. */
    @Test
    void oneClassKnowsTheAuditLog() {
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName(SignerMeterBinders.class.getName())
                .should()
                .dependOnClassesThat()
                .resideInAPackage(AuditFile.class.getPackageName())
                .check(CLASSES);
    }

    @Test
    void itUsesNoInternalPackageOfOtherModules() {
        noClasses()
                .should()
                .dependOnClassesThat(resideInAPackage("io.github.hsmsigner..internal..")
                        .and(not(resideInAPackage("io.github.hsmsigner.micrometer.internal"))))
                .check(CLASSES);
    }

    @Test
    void theApiIsSmall() {
        assertThat(CLASSES.stream()
                        .filter(type -> type.getPackageName().equals("io.github.hsmsigner.micrometer"))
                        .filter(type -> type.getModifiers().contains(JavaModifier.PUBLIC))
                        .map(JavaClass::getSimpleName))
                .containsExactlyInAnyOrder("MicrometerSignerMetrics", "MicrometerPkcs11Listener", "SignerMeterBinders");
    }
}
