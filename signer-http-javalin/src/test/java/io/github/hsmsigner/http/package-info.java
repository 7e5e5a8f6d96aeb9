/** What the tests of this module share, and the rules that its packages are held to. */
package io.github.hsmsigner.http;
