module com.example.signing {
    requires io.github.hsmsigner.access;
    requires io.github.hsmsigner.audit;
    requires io.github.hsmsigner.micrometer;
    requires io.github.hsmsigner.pdf;
    requires io.github.hsmsigner.pkcs11;
}
