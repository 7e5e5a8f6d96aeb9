package io.github.hsmsigner.service.lifecycle;

import io.github.hsmsigner.http.Client;

/** The logins to tokens that a service has counted, as its metrics tell them. */
final class Logins {

    private Logins() {}

    /** Those that a token accepted. */
    static String accepted(Client client) {
        return count(client, "ok");
    }

    /** Those that a token refused. */
    static String refused(Client client) {
        return count(client, "refused");
    }

    private static String count(Client client, String result) {
        String metrics = Client.text(client.get("/metrics"));
        return metrics.lines()
                .filter(line -> line.startsWith("signer_logins_total{") && line.contains("\"" + result + "\""))
                .map(line -> line.substring(line.lastIndexOf(' ') + 1))
                .findFirst()
                .orElse(metrics);
    }
}
