package io.github.hsmsigner.core.cms;

import io.github.hsmsigner.core.ContainerParameters;
import io.github.hsmsigner.core.Digest;
import org.bouncycastle.asn1.cms.Attribute;

/**
 * Makes one signed attribute of a container (RFC 5652, section 5.3). Further ones are added with
 * {@link CmsContainerBuilder.Builder#signedAttribute}.
 *
 * <p>Implementations are stateless or immutable.
 */
@FunctionalInterface
public interface SignedAttributeProvider {

    /**
     * Makes the attribute.
     *
     * @param parameters what the container is to be
     * @param contentDigest the digest of the content
     * @return the attribute
     */
    Attribute attribute(ContainerParameters parameters, Digest contentDigest);
}
