/** Access policies of a signing service. {@link io.github.hsmsigner.access.AccessSettings} is the entry point. */
module io.github.hsmsigner.access {
    requires transitive io.github.hsmsigner.core;
    requires com.fasterxml.jackson.core;
    requires com.nimbusds.jose.jwt;
    requires static org.jspecify;

    exports io.github.hsmsigner.access;
}
