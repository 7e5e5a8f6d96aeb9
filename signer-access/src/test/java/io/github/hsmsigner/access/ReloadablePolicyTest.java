package io.github.hsmsigner.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hsmsigner.access.SharedSecretSettings.SharedSecret;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReloadablePolicyTest {

    private static final String OLD = "the old secret of the engine";
    private static final String NEW = "the new secret of the engine";

    @TempDir
    private Path directory;

    private Path first;
    private Path second;
    private AccessSettings settings;
    private ReloadablePolicy policy;

    @BeforeEach
    void start() throws IOException {
        first = Files.writeString(directory.resolve("first"), OLD);
        second = Files.writeString(directory.resolve("second"), "the secret of the archive");
        settings = AccessSettings.of(new SharedSecretSettings(List.of(
                new SharedSecret("engine", Secret.inFile(first)), new SharedSecret("archive", Secret.inFile(second)))));
        policy = new ReloadablePolicy(new PolicyFactory(Clock.systemUTC()), settings);
    }

    private boolean accepts(String token) {
        return policy.decide(Attempts.with(token)).denialReason().isEmpty();
    }

    @Test
    void changedFilesCountFromTheNextReload() throws IOException {
        assertThat(settings.files()).containsExactly(first, second);
        Files.writeString(first, NEW);
        assertThat(accepts(OLD)).isTrue();
        assertThat(accepts(NEW)).isFalse();
        policy.reload();
        assertThat(accepts(OLD)).isFalse();
        assertThat(accepts(NEW)).isTrue();
    }

    @Test
    void otherSettingsTakeThePlaceOfThoseBefore() {
        AccessSettings open = AccessSettings.of(new AllowAll(false));
        policy.reload(open);
        assertThat(policy.settings()).isSameAs(open);
        assertThat(accepts(NEW)).isTrue();
    }

    @Test
    void nothingChangesIfAFileCannotBeUsed() throws IOException {
        Files.writeString(first, NEW);
        Files.writeString(second, "short");
        assertThatThrownBy(policy::reload)
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining(second.toString());
        assertThat(accepts(OLD)).isTrue();
        assertThat(accepts(NEW)).isFalse();
        assertThat(policy.settings()).isSameAs(settings);
        Files.delete(second);
        assertThatThrownBy(policy::reload).isInstanceOf(InvalidConfigurationException.class);
        assertThat(accepts("the secret of the archive")).isTrue();
    }
}
