/** The declarations of the metrics, for this module and the service. Not part of the public API. */
@NullMarked
package io.github.hsmsigner.micrometer.internal;

import org.jspecify.annotations.NullMarked;
