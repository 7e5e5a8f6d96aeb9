package io.github.hsmsigner.service.server;

import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpHeaderValue;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.internal.HttpConnection;

/**
 * Creates connections that limit the number of fields in a header, and refuse each transfer coding but {@code chunked}.
 * Jetty limits the bytes of a header alone, but takes some sixty bytes of heap for each field, however short it is. It
 * reads a body with {@code Transfer-Encoding: gzip, chunked} as if it was not compressed (RFC 9112, section 6.1,
 * demands 501).
 */
final class HttpConnections extends HttpConnectionFactory {

    private final int maxHeaderFields;

    HttpConnections(HttpConfiguration http, int maxHeaderFields) {
        super(http);
        this.maxHeaderFields = maxHeaderFields;
    }

    @Override
    public Connection newConnection(Connector connector, EndPoint endPoint) {
        HttpConnection connection = new LimitedConnection(getHttpConfiguration(), connector, endPoint, maxHeaderFields);
        return configure(connection, connector, endPoint);
    }

    private static final class LimitedConnection extends HttpConnection {

        private final int maxHeaderFields;

        LimitedConnection(HttpConfiguration http, Connector connector, EndPoint endPoint, int maxHeaderFields) {
            super(http, connector, endPoint);
            this.maxHeaderFields = maxHeaderFields;
        }

        /** The constructor of the superclass calls this, before the limit is known here. */
        @Override
        protected RequestHandler newRequestHandler() {
            return new CountingHandler();
        }

        private final class CountingHandler extends RequestHandler {

            private int fields;

            @Override
            public void startRequest(String method, String uri, HttpVersion version) {
                fields = 0;
                super.startRequest(method, uri, version);
            }

            @Override
            public void parsedHeader(HttpField field) {
                count();
                if (field.getHeader() == HttpHeader.TRANSFER_ENCODING
                        && !HttpHeaderValue.CHUNKED.is(field.getValue())) {
                    throw new HttpException.RuntimeException(HttpStatus.NOT_IMPLEMENTED_501);
                }
                super.parsedHeader(field);
            }

            @Override
            public void parsedTrailer(HttpField field) {
                count();
                super.parsedTrailer(field);
            }

            private void count() {
                fields++;
                if (fields > maxHeaderFields) {
                    throw new HttpException.RuntimeException(HttpStatus.REQUEST_HEADER_FIELDS_TOO_LARGE_431);
                }
            }
        }
    }
}
