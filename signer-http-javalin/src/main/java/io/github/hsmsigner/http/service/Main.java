package io.github.hsmsigner.http.service;

import java.io.PrintStream;
import java.util.List;
import java.util.Map;

/**
 * The command line of the service.
 *
 * <p>Exit codes: 0 after a stop signal; 2 for a command or settings that cannot work, with one line for each problem on standard
 * error; 1 for anything unexpected.
 */
public final class Main {

    private static final String USAGE = """
            Usage: java -jar signer-service.jar [serve] [--print-config]
                   java -jar signer-service.jar --help | --version

            Serves the signing-service callback of Document Engine on POST /sign.
            Settings are environment variables, and a YAML file that SIGNING_SERVICE_CONFIG names. The usual ones:

              HSM_MODULE, HSM_PIN or HSM_PIN_FILE   path of the PKCS#11 module; the PIN (CloudHSM: user:password)
              HSM_TOKEN_LABEL, HSM_KEY_LABEL        which token and which key, if there are several
              SIGNING_CERTIFICATE                   file with the certificate of the key
              SIGNING_CA_CERTIFICATES               files with its issuers, separated by ':'
              SIGNING_SERVICE_PORT                  port (6000); 0 for any that is free

            --print-config shows all settings as they are in force, secrets masked.
            """;

    private final Map<String, String> environment;
    private final PrintStream out;
    private final PrintStream err;

    private Main(Map<String, String> environment, PrintStream out, PrintStream err) {
        this.environment = environment;
        this.out = out;
        this.err = err;
    }

    /**
     * Runs a command; returns while the service goes on in threads of its own.
     *
     * @param arguments the command line
     */
    public static void main(String[] arguments) {
        int exitCode = new Main(System.getenv(), System.out, System.err).run(List.of(arguments));
        if (exitCode != ServeCommand.DONE) {
            System.exit(exitCode);
        }
    }

    private int run(List<String> arguments) {
        if (arguments.isEmpty() || arguments.equals(List.of("serve"))) {
            return new ServeCommand(environment, err).call();
        }
        if (arguments.equals(List.of("--print-config")) || arguments.equals(List.of("serve", "--print-config"))) {
            return new PrintConfigCommand(environment, out, err).call();
        }
        if (arguments.equals(List.of("--help"))) {
            out.print(USAGE);
            return ServeCommand.DONE;
        }
        if (arguments.equals(List.of("--version"))) {
            out.println("signer-service " + Version.text());
            return ServeCommand.DONE;
        }
        err.print(USAGE);
        return ServeCommand.CANNOT_WORK;
    }
}
