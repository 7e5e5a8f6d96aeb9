package io.github.hsmsigner.service.command;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.service.config.InvalidSettingsException;
import io.github.hsmsigner.service.config.ServiceSettings;
import io.github.hsmsigner.service.server.ListenerSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Has the service that runs on this machine log in again, after a token rejected several PINs. */
@Command(
        name = "allow-logins",
        description = {
            "Allows the running service to log in again, after a token rejected three different PINs.",
            "Correct the PIN first. Run this on the machine or in the container of the service. It needs the admin port."
        },
        footer = "  signer-service allow-logins hsm --config signer.yaml")
final class AllowLoginsCommand extends SettingsCommand {

    private static final Duration TIME_LIMIT = Duration.ofSeconds(5);

    @Parameters(
            arity = "0..1",
            paramLabel = "TOKEN",
            description = "Name of the token in the settings. Default: the only one.")
    private String token;

    @Option(names = "--port", paramLabel = "PORT", description = "Admin port. Default: the one in the settings.")
    private Integer port;

    @Override
    public Integer call() throws InvalidSettingsException, InterruptedException {
        ServiceSettings settings = settings();
        String name = token(settings, token).getKey();
        ListenerSettings admin = settings.server()
                .admin()
                .orElseThrow(
                        () -> new InvalidConfigurationException(
                                "The settings have no admin port."
                                        + " Set server.admin.port (SIGNING_SERVICE_ADMIN_PORT), or restart the service with the right PIN."));
        URI request = request(admin, name);
        try {
            HttpResponse<String> answer = HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(request)
                                    .timeout(TIME_LIMIT)
                                    .POST(BodyPublishers.noBody())
                                    .build(),
                            BodyHandlers.ofString());
            if (answer.statusCode() == 200) {
                print("The service logs in to token \"" + name + "\" with the next PIN.");
                return ExitCode.OK;
            }
            return failed("The service answered with status " + answer.statusCode() + ": " + message(answer.body()));
        } catch (IOException e) {
            return failed("The service does not answer at " + request.getAuthority()
                    + ". Run this command where the service runs, and with its settings.");
        }
    }

    private URI request(ListenerSettings admin, String name) {
        try {
            String host = InetAddress.getByName(admin.address()).isAnyLocalAddress() ? "127.0.0.1" : admin.address();
            int to = port == null ? admin.port() : port;
            return new URI("http", null, host, to, "/tokens/" + name + "/allow-logins", null, null);
        } catch (IOException | URISyntaxException e) {
            throw new InvalidConfigurationException(
                    "The address of the admin port cannot be used: " + admin.address(), e);
        }
    }

    private Integer failed(String sentence) {
        return CommandExceptionHandler.print(commandLine().getErr(), List.of(sentence), ExitCode.SOFTWARE);
    }

    private static String message(String body) {
        try (JsonParser json = new JsonFactory().createParser(body)) {
            while (json.nextToken() != null) {
                if ("message".equals(json.currentName())) {
                    return json.nextTextValue();
                }
            }
            return "There is no reason in the answer.";
        } catch (IOException e) {
            return "The answer is not that of this service.";
        }
    }
}
