package io.github.hsmsigner.examples.documentengine;

import eu.europa.esig.dss.service.http.commons.CommonsDataLoader;
import eu.europa.esig.dss.service.http.commons.OCSPDataLoader;
import eu.europa.esig.dss.spi.client.http.DataLoader;

/** The connections of EU DSS to OCSP responders and to certificate revocation lists. */
final class OnlineSources {

    private static final int CONNECT_MILLIS = 5_000;
    private static final int ANSWER_MILLIS = 20_000;

    private OnlineSources() {}

    static DataLoader ocsp() {
        return limited(new OCSPDataLoader());
    }

    static DataLoader files() {
        return limited(new CommonsDataLoader());
    }

    private static DataLoader limited(CommonsDataLoader loader) {
        loader.setTimeoutConnection(CONNECT_MILLIS);
        loader.setTimeoutConnectionRequest(CONNECT_MILLIS);
        loader.setTimeoutResponse(ANSWER_MILLIS);
        loader.setTimeoutSocket(ANSWER_MILLIS);
        return loader;
    }
}
