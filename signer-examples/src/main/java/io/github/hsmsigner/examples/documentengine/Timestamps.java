package io.github.hsmsigner.examples.documentengine;

import eu.europa.esig.dss.model.DSSException;
import eu.europa.esig.dss.service.tsp.OnlineTSPSource;
import eu.europa.esig.dss.spi.x509.tsp.TSPSource;
import java.net.URI;

/** Gets timestamps (RFC 3161) from an authority. Safe for use by any number of threads at once. */
final class Timestamps {

    private final URI authority;
    private final OnlineTSPSource source;

    Timestamps(URI authority) {
        this.authority = authority;
        this.source = new OnlineTSPSource(authority.toString(), OnlineSources.timestamps());
    }

    /** A token over data, in DER. */
    byte[] over(byte[] data, HashAlgorithm hash) {
        try {
            return source.getTimeStampResponse(hash.ofDss(), hash.hash(data)).getBytes();
        } catch (DSSException e) {
            throw ApiException.badGateway("The timestamp authority at " + authority + " gave no timestamp.", e);
        }
    }

    /** The same authority, as DSS wants it. */
    TSPSource source() {
        return source;
    }
}
