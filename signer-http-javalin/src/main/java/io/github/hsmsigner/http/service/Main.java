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
            Usage: java -jar signer-service.jar [serve]
                   java -jar signer-service.jar --help | --version

            Serves the signing-service callback of Document Engine on POST /sign.
            Settings are environment variables:

              HSM_MODULE                            path of the PKCS#11 module
              HSM_PIN                               PIN, exactly as the token wants it (CloudHSM: user:password)
              HSM_TOKEN_LABEL or HSM_SLOT_ID        which token, if there are several
              HSM_KEY_LABEL, HSM_KEY_ID             which key, if there are several (the id in hexadecimal)
              HSM_MAX_SESSIONS                      signatures made at once (32)
              SIGNING_KEYSTORE                      instead of an HSM: path of a PKCS#12 file
              SIGNING_KEYSTORE_PASSWORD             its password
              SIGNING_CERTIFICATE                   PEM file with the certificate of the key
              SIGNING_CA_CERTIFICATES               PEM files with its issuers, separated by ':'
              SIGNING_SERVICE_PORT                  port (6000); 0 for any that is free
              SIGNING_SERVICE_MAX_BODY_BYTES        largest request body (1503238553)
              SIGNING_SERVICE_CERTIFICATE_ENCODING  certificates in answers: pem (default) or der
              SIGNING_SERVICE_LOG_LEVEL             TRACE, DEBUG, INFO (default), WARN or ERROR
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
