/** JMH benchmarks of the parts. */
package io.github.hsmsigner.benchmarks.micro;
