package io.github.hsmsigner.pdf;

import eu.europa.esig.dss.cms.CMS;
import eu.europa.esig.dss.cms.object.CMSObjectUtils;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import org.bouncycastle.asn1.ASN1InputStream;

/**
 * Lets DSS 6.4 read containers out of PDFs with BouncyCastle 1.87, which refuses the zeros that pad a container to the room that
 * was reserved for it. DSS finds it as a service, before its own. Stateless.
 */
public final class PaddedCmsUtils extends CMSObjectUtils {

    /** For the service loader. */
    public PaddedCmsUtils() {}

    @Override
    public CMS parseToCMS(byte[] contents) {
        return super.parseToCMS(firstObject(contents));
    }

    /** Only zeros are taken for padding; anything else is left for BouncyCastle to refuse. */
    private static byte[] firstObject(byte[] contents) {
        ByteArrayInputStream rest = new ByteArrayInputStream(contents);
        try (ASN1InputStream in = new ASN1InputStream(rest)) {
            in.readObject();
            int end = contents.length - rest.available();
            for (int i = end; i < contents.length; i++) {
                if (contents[i] != 0) {
                    return contents;
                }
            }
            return Arrays.copyOf(contents, end);
        } catch (IOException e) {
            throw new UncheckedIOException("The container in the PDF is not ASN.1", e);
        }
    }
}
