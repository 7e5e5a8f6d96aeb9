package io.github.hsmsigner.testing;

import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;

/**
 * Changes the inputs that {@code scripts/fuzz} keeps and gives them to their targets. {@code -Dsigner.fuzz.mutations=100000} changes
 * the number for each target, {@code -Dproperty.seed=…} tries one mutation alone.
 */
@Timeout(3600)
class MutatedFuzzInputsTest {

    private static final int MUTATIONS = Integer.getInteger("signer.fuzz.mutations", 200);
    private static final String TARGET = System.getProperty("signer.fuzz.target", "");
    private static final int MAX_CHANGES = 4;
    private static final int MAX_CHUNK = 16;
    private static final byte[] ODD = {
        0, 1, ' ', '\n', '\r', '%', '/', ':', '=', '\\', 0x30, 0x7f, (byte) 0x80, (byte) 0xff
    };

    @TestFactory
    Stream<DynamicTest> targets() throws IOException {
        return KeptFuzzInputs.targets().stream()
                .filter(target -> target.toString().contains(TARGET))
                .map(target -> dynamicTest(target.getFileName().toString(), () -> {
                    MethodHandle method = KeptFuzzInputs.method(target);
                    List<byte[]> inputs = new ArrayList<>();
                    for (Path input : KeptFuzzInputs.files(target)) {
                        inputs.add(Files.readAllBytes(input));
                    }
                    Property.holds(MUTATIONS, random -> check(method, mutated(random, inputs)));
                }));
    }

    private static void check(MethodHandle target, byte[] input) {
        try {
            target.invokeExact(input);
        } catch (Throwable e) {
            throw new AssertionError("The input " + HexFormat.of().formatHex(input) + " breaks the target", e);
        }
    }

    private static byte[] mutated(RandomGenerator random, List<byte[]> inputs) {
        byte[] input = inputs.get(random.nextInt(inputs.size()));
        for (int changes = 1 + random.nextInt(MAX_CHANGES); changes > 0; changes--) {
            byte[] other = inputs.get(random.nextInt(inputs.size()));
            int at = random.nextInt(input.length + 1);
            int end = Math.min(input.length, at + random.nextInt(MAX_CHUNK));
            int from = random.nextInt(other.length + 1);
            byte[] chunk = Arrays.copyOfRange(other, from, Math.min(other.length, from + random.nextInt(MAX_CHUNK)));
            byte[] one = {random.nextBoolean() ? ODD[random.nextInt(ODD.length)] : (byte) random.nextInt()};
            input = switch (random.nextInt(6)) {
                case 0 -> replaced(input, at, end, new byte[0]);
                case 1 -> replaced(input, at, at, chunk);
                case 2 -> replaced(input, at, Math.min(input.length, at + chunk.length), chunk);
                case 3 -> replaced(input, at, at, one);
                default -> replaced(input, at, Math.min(input.length, at + 1), one);
            };
        }
        return input;
    }

    private static byte[] replaced(byte[] input, int from, int to, byte[] by) {
        byte[] output = Arrays.copyOf(input, input.length - (to - from) + by.length);
        System.arraycopy(by, 0, output, from, by.length);
        System.arraycopy(input, to, output, from + by.length, input.length - to);
        return output;
    }
}
