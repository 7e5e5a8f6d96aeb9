package io.github.hsmsigner.examples.documentengine;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The web page's files. What it does is tried in a browser by {@link PageBrowserTest}. */
@ExtendWith(SigningChainProvider.class)
class PageTest {

    private final SigningChain chain;

    PageTest(SigningChain chain) {
        this.chain = chain;
    }

    private HttpResponse<String> get(int port, String path) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                .build();
        return HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
    }

    @ParameterizedTest
    @CsvSource({
        "/, text/html;charset=utf-8",
        "/page.css, text/css; charset=utf-8",
        "/page.js, text/javascript; charset=utf-8",
        "/api-client.js, text/javascript; charset=utf-8",
        "/favicon.svg, image/svg+xml",
        "/page-settings.json, application/json",
        "/sample.pdf, application/pdf"
    })
    void eachFileComesWithAStrictPolicy(String path, String type) throws IOException, InterruptedException {
        HttpResponse<String> answer = get(chain.enginePort(), path);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type")).contains(type);
        assertThat(answer.headers().firstValue("Content-Security-Policy").orElse(""))
                .startsWith("default-src 'none'; script-src 'self'; style-src 'self'; ")
                .contains("frame-ancestors 'none'")
                .doesNotContain("unsafe");
        assertThat(answer.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
    }

    @Test
    void thePageLoadsNothingFromElsewhere() throws IOException, InterruptedException {
        Pattern reference = Pattern.compile("(?:src|href)=\"([^\"]*)\"|https?://[^\\s\"')]+");
        for (String path : new String[] {"/", "/page.css", "/page.js", "/api-client.js"}) {
            Matcher matcher = reference.matcher(get(chain.enginePort(), path).body());
            while (matcher.find()) {
                assertThat(matcher.group(1)).as(matcher.group()).startsWith("/");
            }
        }
    }

    @Test
    void onlyTheWellKnownTokenIsFilledIn() throws IOException, InterruptedException {
        JsonNode known = new ObjectMapper()
                .readTree(get(chain.enginePort(), "/page-settings.json").body());
        assertThat(known.path("apiToken").asText()).isEqualTo("secret");
        assertThat(known.path("timestamps").asBoolean()).isFalse();
        assertThat(known.path("signingService").asText())
                .isEqualTo(chain.serviceAddress().toString());
        DocumentEngineSettings settings = DocumentEngineSettings.builder(URI.create("http://localhost:1/sign"))
                .apiToken("of-our-own")
                .hashAlgorithm(HashAlgorithm.SHA384)
                .cadesLevel(CadesLevel.B_T)
                .build();
        try (DocumentEngine engine = DocumentEngine.start(settings)) {
            assertThat(get(engine.port(), "/page-settings.json").body())
                    .isEqualTo("{\"apiToken\":\"\",\"timestamps\":false,\"hashAlgorithm\":\"sha384\","
                            + "\"cadesLevel\":\"b-t\",\"signingService\":\"http://localhost:1/sign\"}");
        }
    }
}
