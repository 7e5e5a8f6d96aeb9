/** Tests of the settings: what is read, what is refused, what is shown. */
package io.github.hsmsigner.service.config;
