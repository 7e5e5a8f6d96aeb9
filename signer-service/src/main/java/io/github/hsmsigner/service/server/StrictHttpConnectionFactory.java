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
 * Limits the number of header fields, and refuses each transfer coding but {@code chunked}. Jetty limits only the bytes
 * of a header, but needs some sixty bytes of heap for each field, however short it is. It reads a body with
 * {@code Transfer-Encoding: gzip, chunked} as if it was not compressed (RFC 9112, section 6.1, demands 501).
 */
final class StrictHttpConnectionFactory extends HttpConnectionFactory {

    private final int maxHeaderFields;

    StrictHttpConnectionFactory(HttpConfiguration http, int maxHeaderFields) {
        super(http);
        this.maxHeaderFields = maxHeaderFields;
    }

    @Override
    public Connection newConnection(Connector connector, EndPoint endPoint) {
        HttpConnection connection = new HttpConnection(getHttpConfiguration(), connector, endPoint) {
            @Override
            protected RequestHandler newRequestHandler() {
                return new RequestHandler() {

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
                };
            }
        };
        return configure(connection, connector, endPoint);
    }
}
