package io.github.hsmsigner.examples;

import io.github.hsmsigner.examples.documentengine.DocumentEngine;
import io.github.hsmsigner.examples.documentengine.DocumentEngineSettings;
import io.github.hsmsigner.examples.pdf.SampleDocument;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Starts an example by its name: {@code java -jar signer-examples.jar document-engine}.
 */
public final class Main {

    private static final int FAILURE = 1;
    private static final int USAGE_ERROR = 2;
    private static final String USAGE = """
            Usage: java -jar signer-examples.jar EXAMPLE

            Examples:
              document-engine        a stand-in for Nutrient Document Engine: its API to sign PDF files, and a web page to try it
              sample-document FILE   writes a PDF of one page, to be signed

            Each other example has its own main method: java -cp signer-examples.jar io.github.hsmsigner.examples.CLASS ARGUMENTS
            CLASS is one of these:
              keys.KeyManagementExample, embedding.SignFileExample, embedding.JdkHttpServerExample, embedding.UnixSocketExample,
              remote.RemoteKeyExample, policy.PolicyExample, pdf.SignPdfExample, pdf.VerifyPdfExample, dss.DssExample,
              bouncycastle.BouncyCastleExample. The README of this module describes them and their arguments.

            Environment of document-engine:
              SIGNING_SERVICE_URL               the address of the signing service, such as http://localhost:6000/sign (required)
              SIGNING_SERVICE_TIMEOUT           seconds to wait for each response of the signing service (default: 10)
              DIGITAL_SIGNATURE_HASH_ALGORITHM  the default of hashAlgorithm (default: sha512)
              DIGITAL_SIGNATURE_CADES_LEVEL     the default of cadesLevel: b-b, b-t or b-lt (default: b-lt)
              TIMESTAMP_AUTHORITY_URL           a timestamp authority (RFC 3161), for b-t and b-lt (default: none)
              TIMESTAMP_AUTHORITY_USERNAME      the user name for HTTP basic authentication at the authority (default: none)
              TIMESTAMP_AUTHORITY_PASSWORD      the password of that user (default: empty)
              PORT                              the port to listen on; 0 for any free one (default: 5000)
              API_AUTH_TOKEN                    the token that applications must present (default: secret)
              DOCUMENT_ENGINE_SEND_CONTENTS     false to leave the contents out of sign_pkcs7 (default: true)
              TRUSTED_CERTIFICATES              files of trusted certificates, separated by commas (default: none)
            """;

    private final Map<String, String> environment;
    private final PrintStream out;
    private final PrintStream err;

    Main(Map<String, String> environment, PrintStream out, PrintStream err) {
        this.environment = environment;
        this.out = out;
        this.err = err;
    }

    /**
     * Runs the example that the first argument names.
     *
     * @param args the name of an example and its arguments, or {@code --help}
     */
    public static void main(String[] args) {
        // The file has a separate name, because the runnable file also holds the log configuration of the signing
        // service.
        if (System.getProperty("logback.configurationFile") == null) {
            System.setProperty("logback.configurationFile", "signer-examples-logback.xml");
        }
        int status = new Main(System.getenv(), System.out, System.err).run(List.of(args));
        if (status != 0) {
            System.exit(status);
        }
    }

    /** Returns at once, also from a server, which continues in its own threads. */
    int run(List<String> args) {
        if (args.equals(List.of("--help"))) {
            out.print(USAGE);
            return 0;
        }
        if (args.equals(List.of("document-engine"))) {
            return documentEngine();
        }
        if (args.size() == 2 && args.get(0).equals("sample-document")) {
            return sampleDocument(Path.of(args.get(1)));
        }
        err.print(USAGE);
        return USAGE_ERROR;
    }

    private int documentEngine() {
        DocumentEngineSettings settings;
        try {
            settings = DocumentEngineSettings.fromEnvironment(environment);
        } catch (IllegalArgumentException e) {
            err.println(e.getMessage());
            return USAGE_ERROR;
        }
        DocumentEngine engine = DocumentEngine.start(settings);
        Runtime.getRuntime().addShutdownHook(new Thread(engine::close, "stop"));
        // Scripts read the port from this line.
        out.println("Document Engine stand-in listening on http://localhost:" + engine.port());
        out.flush();
        return 0;
    }

    private int sampleDocument(Path file) {
        try {
            SampleDocument.write(file);
            return 0;
        } catch (FileAlreadyExistsException e) {
            err.println(file + " exists already.");
        } catch (IOException e) {
            err.println(file + " cannot be written: " + e);
        }
        return FAILURE;
    }
}
