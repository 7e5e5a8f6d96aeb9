/**
 * PDF signatures (ISO 32000-2, section 12.8) with any {@link io.github.hsmsigner.core.SigningService}: CMS and the PAdES
 * baseline levels (ETSI EN 319 142-1, section 6).
 *
 * <p>{@link io.github.hsmsigner.pdf.PdfSigner} signs a file in one call. It appends an incremental update (ISO 32000-2,
 * section 7.5.6), so that earlier signatures stay valid.
 */
@NullMarked
package io.github.hsmsigner.pdf;

import org.jspecify.annotations.NullMarked;
