package io.github.hsmsigner.examples.springboot;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/**
 * A Spring Boot application that signs: {@link SignerAutoConfiguration} makes the beans from the properties {@code signer.*}, and
 * {@link CallbackController} is one that uses them, here the callback of Document Engine at {@code /sign}.
 *
 * <pre>{@code
 * java -jar signer-example-spring-boot.jar --server.port=6000 --signer.module=/usr/lib/softhsm/libsofthsm2.so \
 *   --signer.token-label=demo --signer.pin-file=pin --signer.key-label=contracts
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
