/** Good, malformed and mutated bodies, and what must become of them: read by a second reader, held against each entry. */
package io.github.hsmsigner.http.corpus;
