/** Tests of the HTTP server over real sockets. */
package io.github.hsmsigner.service.server;
