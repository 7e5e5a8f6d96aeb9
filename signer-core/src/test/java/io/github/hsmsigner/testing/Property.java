package io.github.hsmsigner.testing;

import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * Something that holds for every input, shown for many random ones. The inputs are the same in each run; a failure names the seed
 * of its input, and {@code -Dproperty.seed=…} tries that one alone.
 */
@FunctionalInterface
public interface Property {

    /** Makes an input and checks it. */
    void check(RandomGenerator random) throws Exception;

    /** Checks so many inputs. */
    static void holds(int inputs, Property property) {
        Long only = Long.getLong("property.seed");
        if (only != null) {
            checkWith(only, property);
            return;
        }
        for (long seed = 1; seed <= inputs; seed++) {
            checkWith(seed, property);
        }
    }

    private static void checkWith(long seed, Property property) {
        try {
            property.check(new SplittableRandom(seed));
        } catch (Exception | AssertionError e) {
            throw new AssertionError("It does not hold for the input of seed " + seed, e);
        }
    }

    /** Bytes of which there are so many. */
    static byte[] bytes(RandomGenerator random, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    /** One of these. */
    @SafeVarargs
    static <T> T oneOf(RandomGenerator random, T... choices) {
        return choices[random.nextInt(choices.length)];
    }
}
