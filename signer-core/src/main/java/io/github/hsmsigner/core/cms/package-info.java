/**
 * CMS SignedData (RFC 5652) and CAdES (ETSI EN 319 122-1) containers.
 *
 * <p>{@link io.github.hsmsigner.core.cms.CmsContainerBuilder} assembles them; each signed attribute has a
 * {@link io.github.hsmsigner.core.cms.SignedAttributeProvider} of its own.
 */
package io.github.hsmsigner.core.cms;
