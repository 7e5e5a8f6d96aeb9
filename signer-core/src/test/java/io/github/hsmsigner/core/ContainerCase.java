package io.github.hsmsigner.core;

import java.util.Set;
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

    /** As {@link #all}, in the formats that belong in PDFs. */
    public static Stream<ContainerCase> inPdfs() {
        return all().filter(wanted -> wanted.format().withoutTimestamp() != ContainerFormat.CADES_B_B);
    }

    /** One key of each type with every algorithm, in the formats for files of any type. */
    public static Stream<ContainerCase> inFiles() {
        return all().filter(wanted -> wanted.format().withoutTimestamp() == ContainerFormat.CADES_B_B
                && Set.of(TestKey.RSA_2048, TestKey.P_256, TestKey.ED25519).contains(wanted.key()));
    }

    @Override
    public String toString() {
        return format + " by " + key + " with " + algorithm;
    }
}
