package io.github.hsmsigner.examples.documentengine;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.testing.LoopbackServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The web page as a person uses it, in Chromium. Run by {@code scripts/test --browser}; pictures go to target/screenshots. */
@Tag("browser")
@TestInstance(Lifecycle.PER_CLASS)
class PageBrowserTest {

    private static final Path SCREENSHOTS = Path.of("target", "screenshots");
    private static final String DONE =
            "!document.querySelector('#sign').disabled && document.querySelector('#outcome').className"
                    + ".match(/valid|failed/)";
    private static final String TAB = "\uE004";
    private static final String SPACE = " ";
    private static final String ENTER = "\uE007";

    private Path directory;
    private LongTermChain chain;
    private Chromium browser;

    @BeforeAll
    void start(@TempDir Path temporary) {
        directory = temporary;
        chain = new LongTermChain(temporary.resolve("chain"));
        browser = new Chromium(temporary.resolve("profile"));
    }

    @AfterAll
    void stop() {
        browser.close();
        chain.close();
    }

    @BeforeEach
    void openPage() {
        browser.resize(1280, 800, false);
        open(chain.enginePort());
    }

    @AfterEach
    void nothingWasComplainedOf() {
        assertThat(browser.complaints())
                // The browser tells of each answer that is no success; the page shows what it says.
                .filteredOn(message -> !message.contains("/sign - Failed to load resource"))
                .isEmpty();
    }

    private void open(int port) {
        browser.open("http://localhost:" + port + "/");
        browser.await("document.querySelector('#service').textContent.startsWith('http')");
    }

    private void sign() {
        browser.click("#sign");
        browser.await(DONE);
    }

    private void assertValid() {
        assertThat(browser.text("#outcome-words")).isEqualTo("The signature is valid.");
        browser.await("document.querySelector('#page-image').naturalWidth > 0");
    }

    private String fact(String name) {
        return browser.execute(
                        "return [...document.querySelectorAll('#report dt')].find((term) => term.textContent === arguments[0])"
                                + "?.nextElementSibling.textContent ?? ''",
                        name)
                .asText();
    }

    /** What the download link saves. */
    private SignedPdf downloaded() throws IOException {
        browser.saveDownloads(directory.resolve("downloads"));
        browser.click("#download");
        Path file = directory.resolve("downloads/signed.pdf");
        browser.await(() -> Files.exists(file), file + " is there");
        return new SignedPdf(Files.readAllBytes(file));
    }

    @Test
    void aFileIsChosenSignedAndFoundValid() throws IOException {
        Path file = Files.write(directory.resolve("contract.pdf"), SamplePdf.plain());
        browser.screenshot(SCREENSHOTS.resolve("start.png"));
        browser.type("#file", file.toString());
        browser.await("document.querySelector('#chosen').textContent.startsWith('contract.pdf (')");
        sign();
        assertValid();
        assertThat(fact("Signed by")).isEqualTo("signer, certified by issuer");
        assertThat(fact("Covers")).isEqualTo("The whole document.");
        assertThat(fact("Level")).isEqualTo("PAdES-BASELINE-B");
        assertThat(browser.text("#events")).contains("sign_pkcs7", "Answered200");
        assertThat(Pdfsig.verdicts(directory, downloaded())).containsExactly(new Pdfsig.Verdict(true, true));
    }

    @Test
    void aFileIsDropped() {
        browser.execute("""
                return fetch('/sample.pdf').then((answer) => answer.blob()).then((blob) => {
                  const dropped = new DataTransfer();
                  dropped.items.add(new File([blob], 'dropped.pdf', { type: 'application/pdf' }));
                  const drop = document.querySelector('#drop');
                  for (const type of ['dragenter', 'dragover', 'drop']) {
                    drop.dispatchEvent(new DragEvent(type, { dataTransfer: dropped, bubbles: true, cancelable: true }));
                  }
                })""");
        browser.await("document.querySelector('#chosen').textContent.startsWith('dropped.pdf (')");
        sign();
        assertValid();
    }

    @ParameterizedTest
    @CsvSource({
        "raw,   cms,   sha256, b-b,  PKCS7-B",
        "pkcs7, cms,   sha512, b-b,  PKCS7-B",
        "raw,   cades, sha384, b-b,  PAdES-BASELINE-B",
        "raw,   cades, sha256, b-t,  PAdES-BASELINE-T",
        "raw,   cades, sha256, b-lt, PAdES-BASELINE-LT"
    })
    void eachChoiceIsMade(String container, String type, String hash, String level, String expected) {
        browser.click("#sample");
        browser.click("label[for=container-" + container + "]");
        browser.click("label[for=type-" + type + "]");
        browser.click("#hash option[value=" + hash + "]");
        if (type.equals("cades")) {
            browser.click("#level option[value=" + level + "]");
        }
        browser.await("document.querySelector('#chosen').textContent.startsWith('The sample')");
        sign();
        assertValid();
        assertThat(fact("Level")).isEqualTo(expected);
        assertThat(fact("Algorithm")).isEqualTo("ECDSA with " + hash.toUpperCase(Locale.ROOT));
        assertThat(fact("Timestamp").isEmpty()).isEqualTo(level.equals("b-b"));
        assertThat(browser.text("#events")).contains(container.equals("raw") ? "get_certificates" : "sign_pkcs7");
        if (level.equals("b-lt")) {
            browser.screenshot(SCREENSHOTS.resolve("signed.png"));
        }
    }

    @Test
    void aRefusalOfTheServiceIsShownInWords() {
        browser.click("#sample");
        browser.click("summary");
        browser.type("#signing-token", LongTermChain.REFUSED_SIGNING_TOKEN);
        browser.click("summary");
        browser.await("!document.querySelector('#sign').disabled");
        sign();
        assertThat(browser.text("#outcome-words"))
                .isEqualTo("The signing service answered 401: The signing token does not permit this request.");
        browser.await("document.querySelector('#events .refused')");
        assertThat(browser.text("#events"))
                .contains("Answered401", "denied", "(sent, not shown)")
                .doesNotContain(LongTermChain.REFUSED_SIGNING_TOKEN);
        assertThat(browser.execute("return document.querySelector('#document').hidden")
                        .asBoolean())
                .isTrue();
        browser.screenshot(SCREENSHOTS.resolve("refused.png"));
    }

    @Test
    void aServiceThatIsDownIsShownInWords() {
        DocumentEngineSettings settings = DocumentEngineSettings.builder(LoopbackServer.closedPort())
                .apiToken("of-our-own")
                .build();
        try (DocumentEngine engine = DocumentEngine.start(settings)) {
            open(engine.port());
            assertThat(browser.text("#level-hint")).contains("TIMESTAMP_AUTHORITY_URL is not set");
            browser.type("#api-token", "of-our-own");
            browser.click("#sample");
            browser.await("!document.querySelector('#sign').disabled");
            sign();
            assertThat(browser.text("#outcome-words"))
                    .isEqualTo("The signing service at " + settings.signingService() + " cannot be reached.");
        }
    }

    @Test
    void itCanBeUsedWithTheKeyboardAlone() {
        browser.press(TAB + TAB);
        assertThat(focused()).isEqualTo("sample");
        browser.press(SPACE);
        browser.await("!document.querySelector('#sign').disabled");
        browser.press(TAB + "\uE012");
        assertThat(focused()).startsWith("container-");
        browser.press(TAB + TAB + TAB + TAB + TAB + TAB);
        assertThat(focused()).isEqualTo("sign");
        browser.press(ENTER);
        browser.await(DONE);
        assertValid();
    }

    private String focused() {
        return browser.execute("return document.activeElement.id").asText();
    }

    @Test
    void everyControlHasAName() {
        assertThat(browser.execute("""
                        return [...document.querySelectorAll('input, select, button, a, img')]
                          .filter((control) => !(control.labels?.length || control.textContent.trim()
                            || control.hasAttribute('alt') || control.hasAttribute('aria-label')))
                          .map((control) => control.outerHTML).join()""").asText()).isEmpty();
    }

    @Test
    void itFitsAPhone() {
        browser.resize(390, 844, true);
        open(chain.enginePort());
        assertFits();
        browser.screenshot(SCREENSHOTS.resolve("phone-start.png"));
        browser.click("#sample");
        browser.await("!document.querySelector('#sign').disabled");
        sign();
        assertValid();
        assertFits();
        browser.execute("document.querySelector('.results').scrollIntoView()");
        browser.screenshot(SCREENSHOTS.resolve("phone-signed.png"));
    }

    private void assertFits() {
        assertThat(browser.execute("return document.documentElement.scrollWidth")
                        .asInt())
                .isLessThanOrEqualTo(390);
    }
}
