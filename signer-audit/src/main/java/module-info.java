/** The audit log of a signing service. {@link io.github.hsmsigner.audit.AuditFile} is the entry point. */
module io.github.hsmsigner.audit {
    requires transitive io.github.hsmsigner.core;
    requires com.fasterxml.jackson.core;
    requires static org.jspecify;
    requires org.slf4j;

    exports io.github.hsmsigner.audit;
}
