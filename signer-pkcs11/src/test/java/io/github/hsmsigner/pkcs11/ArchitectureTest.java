package io.github.hsmsigner.pkcs11;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class ArchitectureTest {

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.github.hsmsigner.pkcs11");

    @Test
    void theWrapperIsKnownInOnePackage() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.github.hsmsigner.pkcs11.internal.cryptoki")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.xipki..", "iaik..")
                .check(CLASSES);
    }

    @Test
    void itKnowsNoTransport() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.github.hsmsigner.http..",
                        "io.github.hsmsigner.service..",
                        "io.javalin..",
                        "jakarta.servlet..")
                .check(CLASSES);
    }

    @Test
    void packagesFormNoCycle() {
        slices().matching("io.github.hsmsigner.(**)").should().beFreeOfCycles().check(CLASSES);
    }

    /** Of signer-core and signer-pkcs11 together. More types need a reason: nest them, or keep them internal. */
    @Test
    void thePublicApiIsSmall() throws IOException {
        Set<String> exported = new HashSet<>();
        for (String module : List.of("signer-core", "signer-pkcs11")) {
            Matcher exports = Pattern.compile("exports ([a-z0-9.]+);")
                    .matcher(Files.readString(Path.of("..", module, "src", "main", "java", "module-info.java")));
            exports.results().map(result -> result.group(1)).forEach(exported::add);
        }
        List<String> types = new ClassFileImporter()
                        .withImportOption(new ImportOption.DoNotIncludeTests())
                        .withImportOption(location -> !location.contains("-tests.jar"))
                        .importPackages("io.github.hsmsigner.core", "io.github.hsmsigner.pkcs11")
                        .stream()
                        .filter(type -> exported.contains(type.getPackageName()))
                        .filter(type ->
                                type.isTopLevelClass() && type.getModifiers().contains(JavaModifier.PUBLIC))
                        .map(JavaClass::getSimpleName)
                        .sorted()
                        .toList();
        assertThat(types).hasSizeBetween(15, 85).contains("SigningService", "Pkcs11Token");
        assertThat(exported).noneMatch(name -> name.contains(".internal"));
    }
}
