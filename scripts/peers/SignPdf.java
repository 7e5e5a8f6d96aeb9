import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.SignatureAlgorithm;
import io.github.hsmsigner.core.SigningKey;
import io.github.hsmsigner.core.SigningKeys;
import io.github.hsmsigner.core.SigningService;
import io.github.hsmsigner.core.TimestampSource;
import io.github.hsmsigner.core.cms.CmsContainerBuilder;
import io.github.hsmsigner.core.keystore.KeyStoreSigner;
import io.github.hsmsigner.core.revocation.OnlineRevocationSource;
import io.github.hsmsigner.core.tsp.Rfc3161TimestampSource;
import io.github.hsmsigner.core.tsp.TimestampAuthority;
import io.github.hsmsigner.pdf.PdfLevel;
import io.github.hsmsigner.pdf.PdfSignatureOptions;
import io.github.hsmsigner.pdf.PdfSigner;
import io.github.hsmsigner.testing.OpenSslRevocationServer;
import io.github.hsmsigner.testing.OpenSslTimestampAuthority;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Signs and extends PDFs with signer-pdf. Certification and timestamp authorities run meanwhile, with their files in the directory of
 * the argument. Prints the address of the timestamp authority. Reads one task from each line, with tabs between the parts: KEY ALGORITHM
 * LEVEL DOCUMENT SIGNED, or LEVEL DOCUMENT EXTENDED.
 */
class SignPdf {

    private static final String PASSWORD = "password";
    private static final Map<String, String> KEYS = Map.of(
            "rsa", " -newkey rsa:2048 -noenc",
            "ec", " -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc",
            "ec384", " -newkey ec -pkeyopt ec_paramgen_curve:P-384 -noenc",
            "ed25519", " -newkey ed25519 -noenc");

    private final OpenSslRevocationServer authorities;
    private final TimestampSource timestamps;
    private final Map<SignatureAlgorithm, PdfSigner> signers = new HashMap<>();

    SignPdf(OpenSslRevocationServer authorities, TimestampSource timestamps) {
        this.authorities = authorities;
        this.timestamps = timestamps;
    }

    public static void main(String[] args) throws IOException {
        Path directory = Path.of(args[0]);
        try (OpenSslRevocationServer authorities = new OpenSslRevocationServer(directory);
                OpenSslTimestampAuthority authority =
                        new OpenSslTimestampAuthority(directory.resolve("tsa"), authorities.issuer);
                BufferedReader tasks = new BufferedReader(new InputStreamReader(System.in))) {
            // pyHanko requires revocation information about a root that signs its OCSP responses itself.
            respond(authorities.root, "root-responder");
            respond(authorities.issuer, "issuer-responder");
            KEYS.forEach((name, key) -> {
                authorities.issuer.certify(
                        name, key, "keyUsage=critical,digitalSignature,nonRepudiation\n" + authorities.issuer.addresses());
                authorities.pkcs12(name, PASSWORD);
            });
            System.out.println(authority.uri());
            TimestampSource timestamps = Rfc3161TimestampSource.builder(
                            List.of(TimestampAuthority.builder(authority.uri()).build()))
                    .build();
            SignPdf program = new SignPdf(authorities, timestamps);
            for (String task = tasks.readLine(); task != null; task = tasks.readLine()) {
                program.run(task.split("\t"));
            }
        }
    }

    private static void respond(OpenSslRevocationServer.Authority authority, String responder) {
        authority.certify(
                responder, "keyUsage=critical,digitalSignature\nextendedKeyUsage=OCSPSigning\nnoCheck=ignored\n");
        authority.respondWith(responder);
    }

    private void run(String[] task) throws IOException {
        if (task.length == 3) {
            signer("rsa", SignatureAlgorithm.RSA_PKCS1_SHA256)
                    .extend(Path.of(task[1]), Path.of(task[2]), PdfLevel.valueOf(task[0]));
        } else {
            signer(task[0], SignatureAlgorithm.valueOf(task[1]))
                    .sign(
                            Path.of(task[3]),
                            Path.of(task[4]),
                            PdfSignatureOptions.builder().level(PdfLevel.valueOf(task[2])).build());
        }
    }

    private PdfSigner signer(String keyName, SignatureAlgorithm algorithm) {
        return signers.computeIfAbsent(algorithm, key -> newSigner(keyName, key));
    }

    private PdfSigner newSigner(String keyName, SignatureAlgorithm algorithm) {
        KeyStoreSigner key =
                KeyStoreSigner.open(authorities.certificateFile(keyName).resolveSibling(keyName + ".p12"), PASSWORD.toCharArray());
        SigningKey signingKey =
                SigningKey.open("key", key, algorithm.scheme(), key, Deadline.after(Duration.ofSeconds(10)));
        return PdfSigner.builder(SigningService.builder(
                                SigningKeys.of(signingKey),
                                CmsContainerBuilder.builder().timestamps(timestamps).build())
                        .build())
                .timestamps(timestamps)
                .revocation(OnlineRevocationSource.builder().build())
                .trusted(List.of(authorities.root.certificate()))
                .build();
    }
}
