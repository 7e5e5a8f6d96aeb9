package io.github.hsmsigner.examples.dss;

import eu.europa.esig.dss.cms.CMS;
import eu.europa.esig.dss.cms.object.CMSObjectUtils;
import eu.europa.esig.dss.model.InMemoryDocument;

/**
 * Lets DSS 6.4 read the containers of PDFs with BouncyCastle 1.87. It refuses an array with the zeros that pad a container,
 * but reads the same from a stream. DSS finds this class as a service, before its own. Stateless.
 */
public final class PaddedCmsUtils extends CMSObjectUtils {

    /** For the service loader. */
    public PaddedCmsUtils() {}

    @Override
    public CMS parseToCMS(byte[] contents) {
        return parseToCMS(new InMemoryDocument(contents));
    }
}
