package io.github.hsmsigner.springboot;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.aot.generate.ClassNameGenerator;
import org.springframework.aot.generate.DefaultGenerationContext;
import org.springframework.aot.generate.InMemoryGeneratedFiles;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.TypeHint;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.aot.ApplicationContextAotGenerator;
import org.springframework.javapoet.ClassName;

/** The hints for a native image. GraalVM itself is not run. */
class SignerRuntimeHintsTest {

    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "natives/unix/linux-x86_64/release/libpkcs11wrapper.so",
                "natives/unix/linux-aarch64/release/libpkcs11wrapper.so",
                "org/xipki/pkcs11/wrapper/CKR.properties",
                "org/xipki/pkcs11/wrapper/vendor.conf",
                "META-INF/services/io.github.hsmsigner.core.KeySource$Provider",
                "META-INF/services/io.github.hsmsigner.core.ContainerBuilder"
            })
    void theImageHasTheResource(String resource) {
        assertThat(getClass().getClassLoader().getResource(resource)).isNotNull();
        assertThat(RuntimeHintsPredicates.resource().forResource(resource)).accepts(hints());
    }

    @Test
    void theImageHasTheClassesOfTheNativeLibrary() {
        assertThat(hints().jni().typeHints().map(TypeHint::getType).map(Object::toString))
                .hasSizeGreaterThan(40)
                .contains(
                        "iaik.pkcs.pkcs11.wrapper.PKCS11Implementation",
                        "iaik.pkcs.pkcs11.wrapper.PKCS11Exception",
                        "iaik.pkcs.pkcs11.wrapper.CK_MECHANISM",
                        "iaik.pkcs.pkcs11.wrapper.CK_RSA_PKCS_PSS_PARAMS")
                .allSatisfy(
                        type -> assertThat(Class.forName(type, false, getClass().getClassLoader()))
                                .isNotNull());
    }

    private static RuntimeHints hints() {
        RuntimeHints hints = new RuntimeHints();
        new SignerRuntimeHints().registerHints(hints, SignerRuntimeHintsTest.class.getClassLoader());
        return hints;
    }

    @Test
    void theConfigurationIsProcessedAheadOfTime() {
        AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();
        TestPropertyValues.of("signer.keys.contracts.uri=" + TestKey.file(directory, "contracts"))
                .applyTo(context);
        context.register(SignerAutoConfiguration.class, SignerPdfAutoConfiguration.class);
        InMemoryGeneratedFiles files = new InMemoryGeneratedFiles();
        DefaultGenerationContext generation = new DefaultGenerationContext(
                new ClassNameGenerator(ClassName.get("com.example", "Application")), files);
        new ApplicationContextAotGenerator().processAheadOfTime(context, generation);
        generation.writeGeneratedContent();

        List<String> sources =
                List.copyOf(files.getGeneratedFiles(org.springframework.aot.generate.GeneratedFiles.Kind.SOURCE)
                        .keySet());
        assertThat(sources).anyMatch(source -> source.contains("SignerAutoConfiguration"));
        assertThat(generation.getRuntimeHints().jni().typeHints()).isNotEmpty();
    }
}
