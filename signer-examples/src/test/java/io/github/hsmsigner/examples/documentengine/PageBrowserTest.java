package io.github.hsmsigner.examples.documentengine;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.testing.LoopbackServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.interactive.form.PDSignatureField;
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
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The web page as a person uses it, in Chromium. {@code scripts/test --browser} runs it. Screenshots go to target/screenshots. With
 * {@code -Ddocs.write=true}, the two pictures of docs/guides/testing-with-the-stand-in.md go to docs/images.
 */
@Tag("browser")
@TestInstance(Lifecycle.PER_CLASS)
class PageBrowserTest {

    private static final Path SCREENSHOTS = Path.of("target", "screenshots");
    private static final Path PICTURES =
            Boolean.getBoolean("docs.write") ? Path.of("..", "docs", "images") : SCREENSHOTS;
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
        browser.prefer("light");
        open(chain.enginePort());
    }

    @AfterEach
    void nothingWasComplainedOf() {
        assertThat(browser.complaints())
                // The browser tells of each answer that is no success; the page shows what it says.
                .filteredOn(message -> !message.matches(".*/(sign|documents) - Failed to load resource.*"))
                .isEmpty();
    }

    private void open(int port) {
        browser.open("http://localhost:" + port + "/");
        browser.await("document.querySelector('#service').textContent.startsWith('http')");
    }

    private void choose(String name, byte[] content) throws IOException {
        browser.type("#file", Files.write(directory.resolve(name), content).toString());
    }

    private void awaitReady(String name) {
        browser.await("!document.querySelector('#sign').disabled"
                + " && document.querySelector('#chosen').textContent.startsWith('" + name + " (')");
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
    private SignedPdf downloaded(String name) throws IOException {
        browser.saveDownloads(directory.resolve("downloads"));
        browser.click("#download");
        Path file = directory.resolve("downloads/" + name);
        browser.await(() -> Files.exists(file), file + " is there");
        return new SignedPdf(Files.readAllBytes(file));
    }

    @Test
    void aFileIsChosenSignedAndFoundValid() throws IOException {
        browser.screenshot(SCREENSHOTS.resolve("start.png"));
        choose("contract.PDF", SamplePdf.plain());
        awaitReady("contract.PDF");
        sign();
        assertValid();
        assertThat(fact("Signed by")).isEqualTo("signer, certified by issuer");
        assertThat(fact("Covers")).startsWith("The whole document");
        assertThat(fact("Level")).isEqualTo("PAdES-BASELINE-LT");
        assertThat(fact("Algorithm")).isEqualTo("ECDSA with SHA512");
        assertThat(browser.text("#events")).contains("get_certificates", "Answered200");
        assertThat(Pdfsig.verdicts(directory, downloaded("contract-signed.pdf")))
                .singleElement()
                .matches(Pdfsig.Verdict::valid);
    }

    @Test
    void anotherFileClearsThePreviousResult() throws IOException {
        choose("first.pdf", SamplePdf.plain());
        awaitReady("first.pdf");
        sign();
        assertValid();
        choose("second.pdf", SamplePdf.plain());
        awaitReady("second.pdf");
        assertThat(browser.text("#outcome-words")).isEqualTo("Press Sign.");
        assertHidden("#report", "#document", "#events li");
        sign();
        assertValid();
        choose("third.pdf", new byte[0]);
        browser.await("document.querySelector('#file-problem').checkVisibility()");
        assertHidden("#report", "#document", "#events li");
    }

    private void assertHidden(String... selectors) {
        for (String selector : selectors) {
            assertThat(browser.execute(
                                    "return [...document.querySelectorAll(arguments[0])].some((e) => e.checkVisibility())",
                                    selector)
                            .asBoolean())
                    .as(selector)
                    .isFalse();
        }
    }

    @Test
    void aFileThatIsNoPdfIsRefusedBeforeItIsSigned() throws IOException {
        assertRefused("empty.pdf", new byte[0], "empty.pdf is empty. Choose a PDF.");
        assertRefused(
                "letter.pdf",
                "Dear Sir or Madam".getBytes(StandardCharsets.UTF_8),
                "letter.pdf is not a PDF: its first 1024 bytes do not contain %PDF-.");
        assertRefused(
                "late.pdf",
                (" ".repeat(1024) + "%PDF-1.7").getBytes(StandardCharsets.UTF_8),
                "late.pdf is not a PDF: its first 1024 bytes do not contain %PDF-.");
        browser.screenshot(SCREENSHOTS.resolve("file-refused.png"));
        assertRefused(
                "cut.pdf",
                Arrays.copyOf(SamplePdf.plain(), 60),
                "cut.pdf: The PDF is damaged: PDFBox cannot read it. Repair it first, for example with qpdf.");
        assertRefused(
                "locked.pdf",
                SamplePdf.withPassword(),
                "locked.pdf: The PDF is encrypted with a password. The stand-in opens only PDFs that need none.");
        choose("good.pdf", SamplePdf.plain());
        awaitReady("good.pdf");
        assertHidden("#file-problem");
    }

    private void assertRefused(String name, byte[] content, String words) throws IOException {
        choose(name, content);
        browser.await("document.querySelector('#chosen').textContent.startsWith('" + name + " (')"
                + " && document.querySelector('#file-problem').checkVisibility()");
        assertThat(browser.text("#file-problem")).isEqualTo(words);
        assertThat(browser.execute("return document.querySelector('#sign').disabled")
                        .asBoolean())
                .isTrue();
    }

    @Test
    void theDocumentsOwnFieldIsSigned() throws IOException {
        choose("form.pdf", SamplePdf.withSignatureFields());
        awaitReady("form.pdf");
        assertThat(browser.text("#field")).isEqualTo("seller, page 2buyer, page 1, invisibleA new field");
        assertHidden("#visible-choice");
        browser.screenshot(SCREENSHOTS.resolve("field.png"));
        sign();
        assertValid();
        assertSignedField("seller", "form-signed.pdf");
        assertThat(browser.execute("return document.querySelector('#page-image').alt")
                        .asText())
                .isEqualTo("Page 2 of the signed document");

        choose("form2.pdf", SamplePdf.withSignatureFields());
        awaitReady("form2.pdf");
        browser.click("#field option[value=buyer]");
        sign();
        assertValid();
        assertSignedField("buyer", "form2-signed.pdf");

        choose("plain.pdf", SamplePdf.plain());
        awaitReady("plain.pdf");
        assertHidden("#field-choice");
    }

    private void assertSignedField(String name, String file) throws IOException {
        try (PDDocument document = Loader.loadPDF(downloaded(file).bytes())) {
            assertThat(document.getSignatureFields())
                    .filteredOn(field -> field.getSignature() != null)
                    .extracting(PDSignatureField::getFullyQualifiedName)
                    .containsExactly(name);
        }
    }

    @Test
    void severalFilesAtOnceAreRefused() {
        browser.execute("""
                const dropped = new DataTransfer();
                for (const name of ['a.pdf', 'b.pdf']) {
                  dropped.items.add(new File(['%PDF-'], name, { type: 'application/pdf' }));
                }
                document.querySelector('#drop').dispatchEvent(
                  new DragEvent('drop', { dataTransfer: dropped, bubbles: true, cancelable: true }))""");
        assertThat(browser.text("#file-problem")).isEqualTo("2 files were dropped. Drop one PDF.");
    }

    @Test
    void errorsUseTheWordsOfThePage() {
        browser.click("#sample");
        awaitReady("sample.pdf");
        browser.click("summary");
        browser.type("#size", "100");
        sign();
        assertThat(browser.text("#outcome-words"))
                .matches("The signature needs \\d+ bytes, but only 100 are reserved\\. Increase “Bytes reserved”\\.");
        browser.type("#api-token", "-wrong");
        browser.click("#sign");
        browser.await("document.querySelector('#outcome-words').textContent.startsWith('The API token')");
        assertThat(browser.text("#outcome-words"))
                .isEqualTo("The API token is wrong. Enter the token of the stand-in (API_AUTH_TOKEN).");
        assertThat(browser.execute("return document.querySelector('#events-empty').checkVisibility()")
                        .asBoolean())
                .as("the card without events says what it is for")
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"light", "dark"})
    void everyTextHasEnoughContrast(String colorScheme) throws IOException {
        browser.prefer(colorScheme);
        open(chain.enginePort());
        browser.click("summary");
        assertContrast();
        choose("none.pdf", new byte[0]);
        browser.await("document.querySelector('#file-problem').checkVisibility()");
        assertContrast();
        choose("form.pdf", SamplePdf.withSignatureFields());
        awaitReady("form.pdf");
        sign();
        assertValid();
        assertContrast();
        browser.screenshot(SCREENSHOTS.resolve(colorScheme + "-signed.png"));
        browser.type("#signing-token", LongTermChain.REFUSED_SIGNING_TOKEN);
        browser.click("#type-cms + label");
        sign();
        browser.await("document.querySelector('#events .refused')");
        assertContrast();
        browser.screenshot(SCREENSHOTS.resolve(colorScheme + "-refused.png"));
        browser.resize(390, 844, true);
        browser.execute("document.querySelector('header').scrollIntoView()");
        browser.screenshot(SCREENSHOTS.resolve(colorScheme + "-phone.png"));
        assertFits();
    }

    /** WCAG 2.2, success criterion 1.4.3: 4.5 to 1. */
    private void assertContrast() {
        assertThat(browser.execute("""
                        const channels = (color) => color.match(/[\\d.]+/g).map(Number);
                        const luminance = (color) => channels(color).slice(0, 3)
                          .map((c) => c / 255)
                          .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
                          .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
                        const background = (element) => {
                          for (let e = element; e; e = e.parentElement) {
                            const color = getComputedStyle(e).backgroundColor;
                            if ((channels(color)[3] ?? 1) > 0) {
                              return color;
                            }
                          }
                          return getComputedStyle(document.body).backgroundColor;
                        };
                        return [...document.querySelectorAll('body *')]
                          .filter((e) => e.checkVisibility() && (e.matches('input, select')
                            || [...e.childNodes].some((node) => node.nodeType === 3 && node.data.trim())))
                          .filter((e) => !e.matches('.unseen, option, .segments input'))
                          .map((e) => {
                            const [a, b] = [luminance(getComputedStyle(e).color), luminance(background(e))];
                            return [(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), e];
                          })
                          .filter(([ratio]) => ratio < 4.5)
                          .map(([ratio, e]) => `${ratio.toFixed(2)} ${e.outerHTML.slice(0, 100)}`)
                          .join('\\n')""").asText()).isEmpty();
    }

    @Test
    void theLevelThatWasNotReachedIsExplained() {
        DocumentEngineSettings settings =
                DocumentEngineSettings.builder(chain.serviceAddress()).build();
        try (DocumentEngine engine = DocumentEngine.start(settings)) {
            open(engine.port());
            assertThat(browser.text("#level-hint")).contains("TIMESTAMP_AUTHORITY_URL");
            browser.click("#sample");
            awaitReady("sample.pdf");
            sign();
            assertValid();
            assertThat(fact("Level")).isEqualTo("PAdES-BASELINE-B");
            assertThat(fact("Note"))
                    .isEqualTo("The signature has the level b-b instead of b-lt: TIMESTAMP_AUTHORITY_URL is not set.");
        }
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
        awaitReady("dropped.pdf");
        sign();
        assertValid();
    }

    @ParameterizedTest
    @CsvSource({
        "raw,   cms,   sha256, b-b,  PKCS7-B",
        "pkcs7, cms,   sha512, b-b,  PKCS7-B",
        "raw,   cades, sha384, b-b,  PAdES-BASELINE-B",
        "raw,   cades, sha256, b-t,  PAdES-BASELINE-T",
        "raw,   cades, sha512, b-lt, PAdES-BASELINE-LT"
    })
    void eachChoiceIsMade(String container, String type, String hash, String level, String expected) {
        browser.click("#sample");
        browser.click("label[for=container-" + container + "]");
        browser.click("label[for=type-" + type + "]");
        browser.click("#hash option[value=" + hash + "]");
        if (type.equals("cades")) {
            browser.click("#level option[value=" + level + "]");
        }
        awaitReady("sample.pdf");
        sign();
        assertValid();
        assertThat(fact("Level")).isEqualTo(expected);
        assertThat(fact("Algorithm")).isEqualTo("ECDSA with " + hash.toUpperCase(Locale.ROOT));
        assertThat(fact("Timestamp").isEmpty()).isEqualTo(level.equals("b-b"));
        assertThat(browser.text("#events")).contains(container.equals("raw") ? "get_certificates" : "sign_pkcs7");
        if (level.equals("b-lt")) {
            browser.screenshot(PICTURES.resolve("stand-in-signed.png"));
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
        browser.screenshot(PICTURES.resolve("stand-in-refused.png"));
    }

    @Test
    void aServiceThatIsDownIsShownInWords() {
        DocumentEngineSettings settings = DocumentEngineSettings.builder(LoopbackServer.closedPort())
                .apiToken("of-our-own")
                .build();
        try (DocumentEngine engine = DocumentEngine.start(settings)) {
            open(engine.port());
            browser.click("#sample");
            awaitReady("sample.pdf");
            browser.type("#api-token", "of-our-own");
            sign();
            assertThat(browser.text("#outcome-words"))
                    .startsWith("The connection to the signing service at " + settings.signingService() + " failed: ");
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
