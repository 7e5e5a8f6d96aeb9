/**
 * The form of the lines of the service's log, for Logback: text for people, or a JSON object each for programs that
 * collect logs.
 */
package io.github.hsmsigner.service.log;
