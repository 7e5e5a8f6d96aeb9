package io.github.hsmsigner.core.tsp;

import static org.assertj.core.api.Assertions.assertThatCode;

import io.github.hsmsigner.testing.MalformedInput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Answers of timestamp authorities as they must not be; the good one is among the inputs kept for the fuzz target. */
@Timeout(20)
class MalformedTimestampResponsesTest {

    private static final Path KEPT = Path.of("src", "fuzz", TimestampResponseCheckFuzz.class.getName());

    @Test
    void theGoodOneIsTaken() throws IOException {
        byte[] good = kept("good.tsr");
        assertThatCode(() -> TimestampResponseCheckFuzz.tokenOf(good)).doesNotThrowAnyException();
    }

    static Stream<MalformedInput> inputs() throws IOException {
        byte[] good = kept("good.tsr");
        return Stream.of(
                new MalformedInput("no octets", new byte[0], "its answer"),
                hex("a lone tag", "30", "its answer"),
                hex("an empty structure", "3000", "its answer"),
                hex("another tag", "3103020100", "its answer"),
                hex("a length beyond all memory", "3084ffffffff00", "its answer"),
                hex("the largest length of a Java array", "30847fffffff00", "its answer"),
                hex("a grant of indefinite length without a token", "308030030201000000", "no time stamp token found"),
                hex(
                        "a refusal with a length in longer form than needed",
                        "3081053003020102",
                        "it refuses with status 2"),
                hex("a thousand lengths one in the other", "3080".repeat(1000), "its answer"),
                hex("a refusal", "30053003020102", "it refuses with status 2 (rejection)"),
                hex("a grant without a token", "30053003020100", "its answer"),
                hex("a status that does not exist", "300530030201ff", "its answer"),
                hex("a status of many octets", "30823f0030823efc02823ef8" + "7f".repeat(0x3ef8), "its answer"),
                new MalformedInput(
                        "an octet after the end",
                        Arrays.copyOf(good, good.length + 1),
                        "its answer cannot be read as one structure of ASN.1: Extra data"),
                new MalformedInput("an octet missing", Arrays.copyOf(good, good.length - 1), "its answer"),
                new MalformedInput("half of it", Arrays.copyOf(good, good.length / 2), "its answer"),
                new MalformedInput("another nonce", kept("othernonce.tsr"), "nonce"),
                new MalformedInput("another imprint", kept("otherimprint.tsr"), "imprint"),
                new MalformedInput("a policy that the authority does not have", kept("otherpolicy.tsr"), "status 2"));
    }

    @ParameterizedTest
    @MethodSource("inputs")
    void isRefusedInASentence(MalformedInput input) {
        input.assertRefusedBy(TimestampResponseCheckFuzz::tokenOf, IOException.class);
    }

    private static MalformedInput hex(String name, String hex, String sentence) {
        return new MalformedInput(name, HexFormat.of().parseHex(hex), sentence);
    }

    private static byte[] kept(String name) throws IOException {
        return Files.readAllBytes(KEPT.resolve(name));
    }
}
