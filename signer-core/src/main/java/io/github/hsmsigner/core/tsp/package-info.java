/**
 * Timestamps from timestamp authorities over HTTP (RFC 3161).
 *
 * <p>{@link io.github.hsmsigner.core.tsp.Rfc3161TimestampSource} asks one or several
 * {@link io.github.hsmsigner.core.tsp.TimestampAuthority authorities}, and checks what they answer.
 */
@NullMarked
package io.github.hsmsigner.core.tsp;

import org.jspecify.annotations.NullMarked;
