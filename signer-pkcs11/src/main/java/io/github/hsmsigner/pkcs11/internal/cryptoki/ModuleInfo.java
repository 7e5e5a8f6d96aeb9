package io.github.hsmsigner.pkcs11.internal.cryptoki;

/**
 * CK_INFO of a module.
 *
 * @param manufacturer its manufacturer
 * @param description its description
 * @param version its version, such as {@code 2.6}
 */
public record ModuleInfo(String manufacturer, String description, String version) {

    @Override
    public String toString() {
        return description + " " + version + " by " + manufacturer;
    }
}
