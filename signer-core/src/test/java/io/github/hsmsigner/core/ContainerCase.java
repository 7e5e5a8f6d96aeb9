package io.github.hsmsigner.core;

import java.util.stream.Stream;

/** A container of a format, signed by a key with an algorithm. */
public record ContainerCase(ContainerFormat format, TestKey key, SignatureAlgorithm algorithm) {

    /** Every algorithm of every key, in containers of every format. */
    public static Stream<ContainerCase> all() {
        return Stream.of(ContainerFormat.values())
                .flatMap(format -> Stream.of(TestKey.values())
                        .flatMap(key ->
                                key.algorithms().stream().map(algorithm -> new ContainerCase(format, key, algorithm))));
    }

    @Override
    public String toString() {
        return format + " by " + key + " with " + algorithm;
    }
}
