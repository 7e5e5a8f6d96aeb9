package io.github.hsmsigner.core.internal.fetch;

import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import javax.net.ssl.SSLException;

/** Says in words why a server cannot be reached or does not answer. The classes of Java mean nothing to an operator. */
final class ConnectionFailure {

    private ConnectionFailure() {}

    /** Describes a failure in words. The server is its host and port. */
    static String inWords(Throwable failure, String server) {
        String message = failure.getMessage() == null ? "" : failure.getMessage();
        if (failure instanceof UnknownHostException) {
            return "the name of the server " + server + " is unknown: DNS has no address for it";
        }
        if (failure instanceof NoRouteToHostException || message.startsWith("Network is unreachable")) {
            return "there is no route to " + server;
        }
        if (failure instanceof SocketTimeoutException || message.startsWith("Connection timed out")) {
            return "the connection to " + server + " timed out";
        }
        if (failure instanceof ConnectException && message.startsWith("Connection refused")) {
            return "the connection to " + server + " was refused: no program listens on this port";
        }
        if (failure instanceof SSLException) {
            return "TLS with " + server + " failed" + suffix(message);
        }
        if (failure instanceof SocketException) {
            return "the connection to " + server + " failed" + suffix(message);
        }
        return "the request to " + server + " failed: "
                + (message.isEmpty() ? failure.getClass().getSimpleName() : message);
    }

    private static String suffix(String message) {
        return message.isEmpty() ? "" : ": " + message;
    }
}
