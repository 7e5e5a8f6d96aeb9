package io.github.hsmsigner.springboot;

import io.github.hsmsigner.core.cms.CmsContainerBuilder;

/** Changes the builder of the {@link CmsContainerBuilder}, for example with signed attributes. Beans of this type run in their order. */
@FunctionalInterface
public interface CmsContainerBuilderCustomizer {

    /**
     * Changes the builder, which has the values of the properties.
     *
     * @param builder the builder
     */
    void customize(CmsContainerBuilder.Builder builder);
}
