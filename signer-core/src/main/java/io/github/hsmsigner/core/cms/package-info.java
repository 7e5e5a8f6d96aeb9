/**
 * CMS SignedData (RFC 5652), PAdES (ETSI EN 319 142-1) and CAdES (ETSI EN 319 122-1) containers.
 *
 * <p>{@link io.github.hsmsigner.core.cms.CmsContainerBuilder} assembles them. Each signed attribute has its own
 * {@link io.github.hsmsigner.core.cms.SignedAttributeProvider}.
 */
@NullMarked
package io.github.hsmsigner.core.cms;

import org.jspecify.annotations.NullMarked;
