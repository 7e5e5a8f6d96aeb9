package io.github.hsmsigner.examples.documentengine;

import org.bouncycastle.cms.CMSException;
import org.bouncycastle.cms.CMSSignedData;

/** Has the signing service make the container, and embeds what comes, after a look whether it is a CMS SignedData at all. */
final class Pkcs7ContainerSource implements ContainerSource {

    private final SigningServiceClient service;
    private final SignOptions options;

    Pkcs7ContainerSource(SigningServiceClient service, SignOptions options) {
        this.service = service;
        this.options = options;
    }

    @Override
    public byte[] containerFor(byte[] contents) {
        byte[] container = service.signPkcs7(contents, options);
        try {
            if (!new CMSSignedData(container).isDetachedSignature()) {
                throw ApiException.badGateway("The signing service's container is not detached.", null);
            }
        } catch (CMSException e) {
            throw ApiException.badGateway("The signing service answered sign_pkcs7 with something else than CMS.", e);
        }
        return container;
    }
}
