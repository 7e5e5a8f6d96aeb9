package io.github.hsmsigner.service.metrics;

import io.github.hsmsigner.micrometer.Scrape;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** Scrapes of the metrics of a service. */
final class Scrapes {

    private Scrapes() {}

    static Scrape of(ServiceMetrics metrics) {
        return Scrape.parse(text(metrics, null));
    }

    static String text(ServiceMetrics metrics, String accept) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            metrics.scrape(accept, out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toString(StandardCharsets.UTF_8);
    }
}
