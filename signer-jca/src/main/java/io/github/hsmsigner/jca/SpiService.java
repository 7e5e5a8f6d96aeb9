package io.github.hsmsigner.jca;

import java.security.Provider;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** A service of the provider whose implementation is made by a function and not by reflection. Thread-safe. */
final class SpiService extends Provider.Service {

    private final boolean signature;
    private final Supplier<?> maker;

    SpiService(
            Provider provider, String type, String algorithm, Class<?> spi, List<String> aliases, Supplier<?> maker) {
        super(provider, type, algorithm, spi.getName(), aliases, Map.of());
        this.signature = type.equals("Signature");
        this.maker = maker;
    }

    @Override
    public Object newInstance(Object parameter) {
        return maker.get();
    }

    /** The Java runtime asks this, before it chooses a provider for a key. */
    @Override
    public boolean supportsParameter(Object parameter) {
        return signature && parameter instanceof SignerPrivateKey;
    }
}
