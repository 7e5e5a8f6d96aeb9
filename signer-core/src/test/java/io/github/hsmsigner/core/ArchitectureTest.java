package io.github.hsmsigner.core;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.security.Provider;
import java.security.Security;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
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
                        "org.jspecify.annotations",
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

    /** The declared type of a field does not show whether a collection can be changed. */
    @Test
    void itsStaticCollectionsCannotBeChanged() throws ReflectiveOperationException {
        int checked = 0;
        for (JavaClass type : CLASSES) {
            for (Field field : type.reflect().getDeclaredFields()) {
                if (Modifier.isStatic(field.getModifiers()) && !field.isSynthetic()) {
                    field.setAccessible(true);
                    checked += requireUnmodifiable(field, field.get(null));
                }
            }
        }
        assertThat(checked).isGreaterThan(10);
    }

    private static int requireUnmodifiable(Field field, Object value) {
        if (value instanceof Provider) {
            // A map by inheritance, which nothing changes after its construction.
            return 0;
        }
        if (value instanceof Map<?, ?> map) {
            assertThatThrownBy(() -> map.put(null, null))
                    .as("%s", field)
                    .isInstanceOf(UnsupportedOperationException.class);
            map.forEach((key, each) -> requireUnmodifiable(field, each));
            return 1;
        }
        if (value instanceof Collection<?> collection) {
            assertThatThrownBy(() -> collection.add(null))
                    .as("%s", field)
                    .isInstanceOf(UnsupportedOperationException.class);
            collection.forEach(each -> requireUnmodifiable(field, each));
            return 1;
        }
        assertThat(Optional.ofNullable(value).orElse(""))
                .as("%s", field)
                .isNotInstanceOfAny(AtomicReference.class, AtomicLong.class, AtomicInteger.class, AtomicBoolean.class);
        return 0;
    }

    @Test
    void itsPackagesFormNoCycle() {
        slices().matching("io.github.hsmsigner.(**)").should().beFreeOfCycles().check(CLASSES);
    }
}
