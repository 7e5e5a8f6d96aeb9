package io.github.hsmsigner.benchmarks.setup;

import java.util.regex.Pattern;

/** Reads what {@code jcmd Thread.print -e} says that each thread has allocated. */
final class AllocatedHeap {

    private static final Pattern ALLOCATED = Pattern.compile("\\ballocated=(\\d+)([BKMG])");

    private AllocatedHeap() {}

    static double ofThreads(String threads) {
        return ALLOCATED
                .matcher(threads)
                .results()
                .mapToDouble(found -> Double.parseDouble(found.group(1)) * unit(found.group(2)))
                .sum();
    }

    private static double unit(String letter) {
        return switch (letter) {
            case "B" -> 1;
            case "K" -> 1 << 10;
            case "M" -> 1 << 20;
            default -> 1 << 30;
        };
    }
}
