/** Keys in files, by URI. */
@NullMarked
package io.github.hsmsigner.core.internal.uri;

import org.jspecify.annotations.NullMarked;
