package io.github.hsmsigner.springboot;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.actuate.autoconfigure.endpoint.EndpointAutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.availability.ApplicationAvailabilityAutoConfiguration;
import org.springframework.boot.health.actuate.endpoint.CompositeHealthDescriptor;
import org.springframework.boot.health.actuate.endpoint.HealthDescriptor;
import org.springframework.boot.health.actuate.endpoint.HealthEndpoint;
import org.springframework.boot.health.autoconfigure.actuate.endpoint.AvailabilityProbesAutoConfiguration;
import org.springframework.boot.health.autoconfigure.actuate.endpoint.HealthEndpointAutoConfiguration;
import org.springframework.boot.health.autoconfigure.application.AvailabilityHealthContributorAutoConfiguration;
import org.springframework.boot.health.autoconfigure.contributor.HealthContributorAutoConfiguration;
import org.springframework.boot.health.autoconfigure.registry.HealthContributorRegistryAutoConfiguration;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthContributor;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** The conditions of the health, and the members of the readiness group. */
class HealthConditionsTest {

    @TempDir
    private static Path directory;

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    SignerAutoConfiguration.class,
                    SignerHealthAutoConfiguration.class,
                    ApplicationAvailabilityAutoConfiguration.class,
                    AvailabilityHealthContributorAutoConfiguration.class,
                    AvailabilityProbesAutoConfiguration.class,
                    EndpointAutoConfiguration.class,
                    HealthContributorAutoConfiguration.class,
                    HealthContributorRegistryAutoConfiguration.class,
                    HealthEndpointAutoConfiguration.class))
            .withPropertyValues(
                    "management.endpoints.web.exposure.include=health",
                    "management.endpoint.health.show-components=always");

    private ApplicationContextRunner withKey() {
        return runner.withPropertyValues("signer.keys.contracts.uri=" + TestKey.file(directory, "contracts"));
    }

    private static Map<String, HealthDescriptor> readiness(AssertableApplicationContext context) {
        HealthDescriptor health = context.getBean(HealthEndpoint.class).healthForPath("readiness");
        return ((CompositeHealthDescriptor) health).getComponents();
    }

    @Test
    void theKeysAreInTheReadinessGroup() {
        withKey().run(context -> {
            assertThat(readiness(context)).containsOnlyKeys("readinessState", "signer");
            HealthDescriptor key = context.getBean(HealthEndpoint.class).healthForPath("signer", "keys", "contracts");
            assertThat(key.getStatus()).isEqualTo(Status.UP);
            assertThat(context.getBean(HealthEndpoint.class).healthForPath("signer", "tokens"))
                    .isNull();
            assertThat(context.getBean(HealthEndpoint.class).healthForPath("liveness", "signer"))
                    .isNull();
        });
    }

    @Test
    void theApplicationCanSetTheMembersOfTheReadinessGroup() {
        withKey()
                .withPropertyValues("management.endpoint.health.group.readiness.include=readinessState")
                .run(context -> assertThat(readiness(context)).containsOnlyKeys("readinessState"));
        withKey()
                .withPropertyValues("management.endpoint.health.group.readiness.include[0]=signer")
                .run(context -> assertThat(readiness(context)).containsOnlyKeys("signer"));
    }

    @Test
    void withoutProbesThereIsNoReadinessGroup() {
        withKey()
                .withPropertyValues("management.endpoint.health.probes.enabled=false")
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    assertThat(context.getBean(HealthEndpoint.class).healthForPath("readiness"))
                            .isNull();
                });
    }

    @Test
    void theHealthCanBeDisabledAndReplaced() {
        withKey()
                .withPropertyValues("management.health.signer.enabled=false")
                .run(context -> assertThat(readiness(context)).containsOnlyKeys("readinessState"));
        HealthIndicator own = () -> Health.unknown().build();
        withKey()
                .withBean("signerHealthIndicator", HealthIndicator.class, () -> own)
                .run(context -> assertThat(context.getBean(HealthEndpoint.class)
                                .healthForPath("signer")
                                .getStatus())
                        .isEqualTo(Status.UNKNOWN));
    }

    @Test
    void withoutKeysOrWithoutTheHealthModuleThereIsNoHealth() {
        runner.run(context -> assertThat(context).doesNotHaveBean("signerHealthContributor"));
        new ApplicationContextRunner()
                .withConfiguration(
                        AutoConfigurations.of(SignerAutoConfiguration.class, SignerHealthAutoConfiguration.class))
                .withClassLoader(new FilteredClassLoader(HealthContributor.class))
                .withPropertyValues("signer.keys.contracts.uri=" + TestKey.file(directory, "contracts"))
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean("signerHealthContributor"));
        new ApplicationContextRunner()
                .withConfiguration(
                        AutoConfigurations.of(SignerAutoConfiguration.class, SignerHealthAutoConfiguration.class))
                .withClassLoader(new FilteredClassLoader("org.springframework.boot.actuate"))
                .withPropertyValues("signer.keys.contracts.uri=" + TestKey.file(directory, "contracts"))
                .run(context -> assertThat(context).hasBean("signerHealthContributor"));
    }
}
