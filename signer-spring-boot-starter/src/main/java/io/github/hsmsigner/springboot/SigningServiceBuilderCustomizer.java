package io.github.hsmsigner.springboot;

import io.github.hsmsigner.core.SigningService;

/** Changes the builder of the {@link SigningService}, for example with {@code verifyAfterSign} or a rule for raw data. Beans of this type run in their order. */
@FunctionalInterface
public interface SigningServiceBuilderCustomizer {

    /**
     * Changes the builder, which has the values of the properties.
     *
     * @param builder the builder
     */
    void customize(SigningService.Builder builder);
}
