package io.github.hsmsigner.examples.documentengine;

import eu.europa.esig.dss.cms.CMS;
import eu.europa.esig.dss.cms.object.CMSObjectUtils;

/**
 * Lets DSS 6.4 read containers out of PDFs with BouncyCastle 1.87, which refuses the zeros that pad a container to the room that
 * was reserved for it. DSS finds it as a service, before its own.
 */
public final class PaddedCmsUtils extends CMSObjectUtils {

    /** For the service loader. */
    public PaddedCmsUtils() {}

    @Override
    public CMS parseToCMS(byte[] contents) {
        return super.parseToCMS(SignedPdf.withoutPadding(contents));
    }
}
