package io.github.hsmsigner.pkcs11;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.pkcs11.softhsm.SoftHsm;
import io.github.hsmsigner.testing.ExternalTool;
import io.github.hsmsigner.testing.Tmpfs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is said of a file that is no PKCS#11 module for this machine: one sentence. */
class ModuleFileTest {

    private static final int ELF_MACHINE = 18;
    private static final byte AARCH64 = (byte) 183;
    private static final byte X86_64 = 62;

    @TempDir
    private Path directory;

    private static void open(Path module) {
        Pkcs11Token.open(Pkcs11Config.builder(module)
                        .pin(PinSource.fixed("any".toCharArray()))
                        .build())
                .close();
    }

    private static void assertSaid(Path module, String... parts) {
        assertThatThrownBy(() -> open(module)).isInstanceOfSatisfying(InvalidConfigurationException.class, e -> {
            assertThat(e.getMessage()).contains(module.toString()).contains(parts);
            assertThat(e.getMessage().lines()).hasSize(1);
        });
    }

    @Test
    void saysThatTheFileIsMissing() {
        assertSaid(directory.resolve("absent.so"), "does not exist");
    }

    @Test
    void saysThatItIsADirectory() {
        assertSaid(directory.toAbsolutePath(), "is not a file");
    }

    @Test
    void saysThatATextIsNoModule() throws IOException {
        assertSaid(
                Files.writeString(directory.resolve("module.so"), "just text"), "cannot be loaded as a PKCS#11 module");
    }

    @Test
    void saysThatALibraryIsNoModule() throws IOException {
        try (Stream<Path> candidates =
                Stream.of(Path.of("/lib/x86_64-linux-gnu/libz.so.1"), Path.of("/lib/aarch64-linux-gnu/libz.so.1"))) {
            Path library =
                    candidates.filter(Files::exists).findFirst().orElseThrow().toRealPath();
            assertSaid(library, "is a shared library, but not a PKCS#11 module", "C_GetFunctionList");
        }
    }

    @Test
    void saysThatTheModuleIsForAnotherMachine() throws IOException {
        byte[] elf = Files.readAllBytes(SoftHsm.module());
        boolean intel = System.getProperty("os.arch").equals("amd64");
        elf[ELF_MACHINE] = intel ? AARCH64 : X86_64;
        assertSaid(
                Files.write(directory.resolve("module.so"), elf),
                "is made for machines of type " + (intel ? "aarch64" : "amd64"),
                "install the module for " + System.getProperty("os.arch"));
    }

    @Test
    void saysThatTheNativePartOfTheWrapperCannotBeLoaded() {
        try (Tmpfs noexec = Tmpfs.at(directory.resolve("noexec"), "noexec")) {
            ExternalTool.Result result = ExternalTool.run(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-cp",
                    System.getProperty("java.class.path"),
                    "-DPKCS11_TEMP_DIR=" + noexec.directory(),
                    OpenModule.class.getName(),
                    SoftHsm.module().toString()));
            assertThat(result.output())
                    .contains("The native part of the PKCS#11 wrapper cannot be loaded")
                    .contains(noexec.directory().toString())
                    .contains("noexec");
            assertThat(result.exitCode()).isEqualTo(OpenModule.REFUSED);
        }
    }

    /** Opens a module in a Java process of its own, as the native part is loaded once for each. */
    static final class OpenModule {

        static final int REFUSED = 3;

        private OpenModule() {}

        public static void main(String[] arguments) {
            try {
                open(Path.of(arguments[0]));
            } catch (InvalidConfigurationException e) {
                System.out.println(e.getMessage());
                System.exit(REFUSED);
            }
        }
    }
}
