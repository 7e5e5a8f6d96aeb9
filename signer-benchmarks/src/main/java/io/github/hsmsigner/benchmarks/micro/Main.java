package io.github.hsmsigner.benchmarks.micro;

import io.github.hsmsigner.benchmarks.setup.SoftToken;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Runs the benchmarks of the parts; {@code scripts/bench micro} starts it. */
public final class Main {

    private Main() {}

    /**
     * Makes a token and has JMH do the rest.
     *
     * @param args an empty directory, and further options of JMH
     * @throws IOException if JMH fails
     */
    public static void main(String[] args) throws IOException {
        Path directory = Path.of(args[0]).toAbsolutePath();
        SoftToken token = SoftToken.make(directory);
        List<String> options = new ArrayList<>(List.of(
                "-p",
                "module=" + token.module(),
                "-p",
                "pinFile=" + token.pinFile(),
                "-prof",
                "gc",
                "-rf",
                "csv",
                "-rff",
                directory.resolve("micro.csv").toString(),
                "-jvmArgsAppend",
                "--enable-native-access=ALL-UNNAMED"));
        options.addAll(List.of(args).subList(1, args.length));
        org.openjdk.jmh.Main.main(options.toArray(String[]::new));
    }
}
