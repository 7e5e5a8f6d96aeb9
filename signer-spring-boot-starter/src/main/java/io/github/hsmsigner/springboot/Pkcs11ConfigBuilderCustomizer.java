package io.github.hsmsigner.springboot;

import io.github.hsmsigner.pkcs11.Pkcs11Config;

/**
 * Changes the settings of a PKCS#11 token, for example its vendor profile or the recovery. Beans of this type run in
 * their order.
 */
@FunctionalInterface
public interface Pkcs11ConfigBuilderCustomizer {

    /**
     * Changes the builder, which has the values of the properties and the listener of the metrics.
     *
     * @param token the name of the token, as in health and metrics
     * @param builder the builder
     */
    void customize(String token, Pkcs11Config.Builder builder);
}
