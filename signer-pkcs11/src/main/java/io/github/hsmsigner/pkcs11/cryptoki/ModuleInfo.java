package io.github.hsmsigner.pkcs11.cryptoki;

/**
 * CK_INFO: what a module says of itself.
 *
 * @param manufacturer who made it
 * @param description what it is
 * @param version its version, such as {@code 2.6}
 */
public record ModuleInfo(String manufacturer, String description, String version) {

    @Override
    public String toString() {
        return description + " " + version + " by " + manufacturer;
    }
}
