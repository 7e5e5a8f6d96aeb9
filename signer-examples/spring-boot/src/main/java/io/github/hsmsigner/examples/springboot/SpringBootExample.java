package io.github.hsmsigner.examples.springboot;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/**
 * A Spring Boot application that signs. The starter makes the beans from the properties {@code signer.*}.
 * {@link CallbackController} uses them for the callback of Document Engine at {@code /sign}.
 *
 * <pre>{@code
 * java -jar signer-example-spring-boot.jar --server.port=6000 \
 *   "--signer.keys.contracts.uri=pkcs11:token=demo;object=contracts?module-path=/usr/lib/softhsm/libsofthsm2.so&pin-source=pin"
 * }</pre>
 */
@SpringBootApplication
public class SpringBootExample {

    /** For Spring. */
    public SpringBootExample() {}

    /**
     * Serves until the process is ended.
     *
     * @param args properties, as {@code --name=value}
     */
    public static void main(String[] args) {
        SpringApplication.run(SpringBootExample.class, args);
    }
}
