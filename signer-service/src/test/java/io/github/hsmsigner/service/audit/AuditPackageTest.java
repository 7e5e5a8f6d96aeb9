package io.github.hsmsigner.service.audit;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class AuditPackageTest {

    private static final String AUDIT = "io.github.hsmsigner.service.audit..";

    @Test
    void theAuditLogKnowsTheCoreAlone() {
        classes()
                .that()
                .resideInAPackage(AUDIT)
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        AUDIT, "io.github.hsmsigner.core..", "com.fasterxml.jackson.core..", "org.slf4j..", "java..")
                .check(new ClassFileImporter()
                        .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                        .importPackages("io.github.hsmsigner.service.audit"));
    }
}
