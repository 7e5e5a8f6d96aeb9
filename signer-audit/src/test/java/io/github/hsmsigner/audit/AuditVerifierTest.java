package io.github.hsmsigner.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.github.hsmsigner.audit.AuditReport.Kind;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class AuditVerifierTest {

    private static final int LINES = 20;

    @TempDir
    private Path directory;

    private Path log;
    private List<String> lines;

    @BeforeEach
    void writeALog() {
        log = AuditEvents.log(directory.resolve("audit.jsonl"), LINES);
        lines = AuditEvents.lines(log);
    }

    /** Lines of versions that did not record the address of the client. */
    private static final List<String> LINES_WITHOUT_CLIENT = List.of(
            "{\"seq\":1,\"time\":\"2026-01-02T03:04:05.678901Z\",\"event\":\"request\",\"request_id\":\"request-1\",\"trace_id\":"
                    + "null,\"action\":\"container\",\"callers\":[\"accounting\"],\"key\":\"contracts\",\"certificate_serial\":\"5a77\",\"al"
                    + "gorithm\":\"rsa_pkcs1_sha256\",\"digest_algorithm\":\"sha256\",\"digest\":\"ba7816bf8f01cfea414140de5dae2223b0"
                    + "0361a396177a9cb410ff61f20015ad\",\"container\":\"cades_b_b\",\"timestamp\":null,\"outcome\":\"ok\",\"error\":null"
                    + ",\"duration_us\":1234,\"prev\":\"0000000000000000000000000000000000000000000000000000000000000000\",\"hash\""
                    + ":\"30346238fa98853a126b9c35738e4c44ae895e57264ef8c2122207257e56733b\"}\n",
            "{\"seq\":2,\"time\":\"2026-01-02T03:04:05.678901Z\",\"event\":\"request\",\"request_id\":\"request-2\",\"trace_id\":"
                    + "null,\"action\":\"container\",\"callers\":[\"accounting\"],\"key\":\"contracts\",\"certificate_serial\":\"5a77\",\"al"
                    + "gorithm\":\"rsa_pkcs1_sha256\",\"digest_algorithm\":\"sha256\",\"digest\":\"ba7816bf8f01cfea414140de5dae2223b0"
                    + "0361a396177a9cb410ff61f20015ad\",\"container\":\"cades_b_b\",\"timestamp\":null,\"outcome\":\"ok\",\"error\":null"
                    + ",\"duration_us\":1234,\"prev\":\"30346238fa98853a126b9c35738e4c44ae895e57264ef8c2122207257e56733b\",\"hash\""
                    + ":\"e2a2412888c1f0b87342ef4f9cb33d5dc4aba1297d6a9f87786a56b032977282\"}\n");

    @Test
    void continuesALogWithoutTheFieldClient() throws IOException {
        Path old = directory.resolve("old.jsonl");
        Files.writeString(old, String.join("", LINES_WITHOUT_CLIENT));
        assertThat(AuditEvents.verify(old, AuditAnchor.START).lines()).isEqualTo(2);
        try (AuditFile audit = AuditFile.open(AuditFileSettings.of(old))) {
            AuditEvents.record(audit, 3, 4);
        }
        assertThat(AuditEvents.verify(old, AuditAnchor.START).lines()).isEqualTo(4);
        List<String> all = AuditEvents.lines(old);
        assertThat(all.get(2)).contains("\"client\":\"192.0.2.7\"");

        change(all, 1, "\"callers\":[\"accounting\"]", "\"callers\":[\"accounting\"],\"client\":\"192.0.2.9\"");
        Files.write(old, all);
        assertThat(AuditEvents.verify(old, AuditAnchor.START)
                        .finding()
                        .orElseThrow()
                        .kind())
                .isEqualTo(Kind.CHANGED);
    }

    /** A line as the log would have it, by somebody who knows how it is made. */
    private static String forged(String after, String requestId) {
        HashChainLine before = parsed(after);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        HashChainLine.write(out, before.anchor(), EventJson.request(AuditEvents.signature(requestId)));
        return out.toString(StandardCharsets.US_ASCII).strip();
    }

    private static HashChainLine parsed(String line) {
        return HashChainLine.parse(line.getBytes(StandardCharsets.US_ASCII), line.length())
                .orElseThrow();
    }

    private static Arguments manipulation(String name, Kind kind, int line, Consumer<List<String>> change) {
        return arguments(name, kind, line, change);
    }

    private static void change(List<String> lines, int number, String from, String to) {
        String changed = lines.get(number - 1).replace(from, to);
        assertThat(changed).isNotEqualTo(lines.get(number - 1));
        lines.set(number - 1, changed);
    }

    /** Number of the line that is named, and what is done; lines count from 1. */
    static Stream<Arguments> manipulations() {
        return Stream.of(
                manipulation("caller changed", Kind.CHANGED, 7, l -> change(l, 7, "accounting", "somebody")),
                manipulation("outcome changed", Kind.CHANGED, 1, l -> change(l, 1, "\"ok\"", "\"no\"")),
                manipulation("number changed", Kind.CHANGED, 7, l -> change(l, 7, "{\"seq\":7,", "{\"seq\":8,")),
                manipulation("last line changed", Kind.CHANGED, LINES, l -> change(l, LINES, "contracts", "contractz")),
                manipulation(
                        "own hash changed",
                        Kind.CHANGED,
                        7,
                        l -> change(
                                l, 7, parsed(l.get(6)).hash(), parsed(l.get(5)).hash())),
                manipulation(
                        "hash of the line before changed",
                        Kind.CHANGED,
                        7,
                        l -> change(
                                l,
                                7,
                                parsed(l.get(6)).previous(),
                                parsed(l.get(6)).hash())),
                manipulation("line removed", Kind.LINES_MISSING, 7, l -> l.remove(6)),
                manipulation(
                        "many lines removed",
                        Kind.LINES_MISSING,
                        3,
                        l -> l.subList(2, 12).clear()),
                manipulation("lines exchanged", Kind.LINES_MISSING, 7, l -> Collections.swap(l, 6, 7)),
                manipulation("lines far apart exchanged", Kind.LINES_MISSING, 2, l -> Collections.swap(l, 1, 18)),
                manipulation("line moved up", Kind.LINES_MISSING, 3, l -> l.add(2, l.remove(9))),
                manipulation("line moved down", Kind.LINES_MISSING, 3, l -> l.add(9, l.remove(2))),
                manipulation("line repeated", Kind.OUT_OF_ORDER, 8, l -> l.add(7, l.get(6))),
                manipulation(
                        "line inserted with right hashes",
                        Kind.OUT_OF_ORDER,
                        8,
                        l -> l.add(6, forged(l.get(5), "inserted"))),
                manipulation(
                        "line exchanged for another with right hashes",
                        Kind.LINE_BEFORE_EXCHANGED,
                        8,
                        l -> l.set(6, forged(l.get(5), "exchanged"))),
                manipulation("foreign line", Kind.MALFORMED, 7, l -> l.add(6, "{\"user\":\"mallory\"}")),
                manipulation("empty line", Kind.MALFORMED, 7, l -> l.add(6, "")),
                manipulation(
                        "line cut short",
                        Kind.MALFORMED,
                        7,
                        l -> l.set(6, l.get(6).substring(0, 50))),
                manipulation("two lines in one", Kind.CHANGED, 7, l -> l.set(6, l.get(6) + l.remove(7))),
                manipulation("white space at the end", Kind.MALFORMED, 7, l -> l.set(6, l.get(6) + " ")),
                manipulation("carriage return", Kind.MALFORMED, 7, l -> l.set(6, l.get(6) + "\r")),
                manipulation("endless line", Kind.MALFORMED, 7, l -> l.add(6, "x".repeat(1_000_000))),
                manipulation("zero octets", Kind.MALFORMED, 7, l -> l.set(6, "\0".repeat(100))),
                manipulation("first line claims to follow another", Kind.LINE_BEFORE_EXCHANGED, 1, l -> {
                    ByteArrayOutputStream out = new ByteArrayOutputStream();
                    HashChainLine.write(
                            out, new AuditAnchor(0, "1".repeat(64)), EventJson.request(AuditEvents.signature("first")));
                    l.set(0, out.toString(StandardCharsets.US_ASCII).strip());
                }));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("manipulations")
    void findsTheFirstLineThatIsNotInOrder(String name, Kind kind, int line, Consumer<List<String>> change)
            throws IOException {
        change.accept(lines);
        Files.write(log, lines);
        AuditReport report = AuditEvents.verify(log);
        assertThat(report.finding()).hasValueSatisfying(finding -> {
            assertThat(finding.kind()).as(finding.reason()).isEqualTo(kind);
            assertThat(finding.line()).isEqualTo(line);
            assertThat(finding.file()).isEqualTo(log);
        });
        assertThat(report.lines()).isEqualTo(line - 1);
    }

    @Test
    void findsEveryChangeOfAnOctet() throws IOException {
        byte[] good = Files.readAllBytes(log);
        int second = lines.get(0).length() + 1;
        int third = second + lines.get(1).length() + 1;
        for (int i = second; i < third; i++) {
            byte[] changed = good.clone();
            changed[i] ^= 1;
            Files.write(log, changed);
            assertThat(AuditEvents.verify(log).finding())
                    .as("octet %d", i - second)
                    .hasValueSatisfying(finding -> assertThat(finding.line()).isEqualTo(2));
        }
    }

    @Test
    void acceptsWhatWasWritten() {
        AuditReport report = AuditEvents.verify(log, AuditAnchor.START);
        assertThat(report)
                .isEqualTo(new AuditReport(
                        List.of(log),
                        LINES,
                        AuditAnchor.START,
                        parsed(lines.get(LINES - 1)).anchor(),
                        Optional.empty()));
    }

    @Test
    void anUnfinishedLineIsNamed() throws IOException {
        Files.writeString(log, String.join("\n", lines));
        assertThat(AuditEvents.verify(log).finding()).hasValueSatisfying(finding -> {
            assertThat(finding.kind()).isEqualTo(Kind.UNFINISHED);
            assertThat(finding.line()).isEqualTo(LINES);
        });
    }

    @Test
    void linesCutOffAtTheEndShowWithAnAnchorOnly() throws IOException {
        AuditAnchor last = parsed(lines.get(LINES - 1)).anchor();
        Files.write(log, lines.subList(0, 15));
        assertThat(AuditEvents.verify(log).intact()).isTrue();
        assertThat(AuditEvents.verify(log, last).finding()).hasValueSatisfying(finding -> {
            assertThat(finding.kind()).isEqualTo(Kind.ANCHOR_NOT_REACHED);
            assertThat(finding.line()).isEqualTo(16);
            assertThat(finding.reason()).contains("ends with line 15").contains("demands line 20");
        });
    }

    @Test
    void linesCutOffAtTheBeginningShowWithAnAnchorOnly() throws IOException {
        Files.write(log, lines.subList(5, LINES));
        AuditReport report = AuditEvents.verify(log);
        assertThat(report.intact()).isTrue();
        assertThat(report.before()).isEqualTo(parsed(lines.get(4)).anchor());
        assertThat(AuditEvents.verify(log, AuditAnchor.START).finding())
                .hasValueSatisfying(finding -> assertThat(finding.kind()).isEqualTo(Kind.ANCHOR_NOT_REACHED));
        assertThat(AuditEvents.verify(log, parsed(lines.get(4)).anchor()).intact())
                .isTrue();
    }

    @Test
    void aLogThatWasRewrittenShowsWithAnAnchorOnly() throws IOException {
        AuditAnchor tenth = parsed(lines.get(9)).anchor();
        List<String> rewritten = new ArrayList<>(lines.subList(0, 7));
        for (int i = 8; i <= LINES; i++) {
            rewritten.add(forged(rewritten.get(i - 2), "rewritten-" + i));
        }
        Files.write(log, rewritten);
        assertThat(AuditEvents.verify(log).intact()).isTrue();
        assertThat(AuditEvents.verify(log, tenth).finding()).hasValueSatisfying(finding -> {
            assertThat(finding.kind()).isEqualTo(Kind.OTHER_THAN_ANCHOR);
            assertThat(finding.line()).isEqualTo(10);
        });
    }

    @Test
    void filesAreReadInTheOrderOfTheirLinesWhateverTheirNames() throws IOException {
        Path older = Files.write(directory.resolve("audit.jsonl.2"), lines.subList(0, 5));
        Path compressed = directory.resolve("audit.jsonl.1.gz");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(compressed))) {
            out.write((String.join("\n", lines.subList(5, 12)) + "\n").getBytes(StandardCharsets.US_ASCII));
        }
        Files.write(log, lines.subList(12, LINES));
        AuditReport report = AuditVerifier.verify(List.of(log, compressed, older), AuditAnchor.START);
        assertThat(report.files()).containsExactly(older, compressed, log);
        assertThat(report.finding()).isEmpty();
        assertThat(report.lines()).isEqualTo(LINES);
        assertThat(AuditVerifier.verify(List.of(log, older)).finding()).hasValueSatisfying(finding -> {
            assertThat(finding.kind()).isEqualTo(Kind.LINES_MISSING);
            assertThat(finding.file()).isEqualTo(log);
            assertThat(finding.line()).isEqualTo(1);
        });
    }

    @Test
    void theReportSaysWhatWasFound() throws IOException {
        AuditAnchor head = AuditAnchor.parse(Files.readString(directory.resolve("audit.jsonl.head")));
        assertThat(AuditEvents.verify(log, head).text())
                .isEqualTo("File " + log + "\nIntact: 20 lines, 1 to 20.\nLast line: "
                        + parsed(lines.get(LINES - 1)).anchor() + "\n");
        change(lines, 7, "accounting", "somebody");
        Files.write(log, lines);
        assertThat(AuditEvents.verify(log).text())
                .contains("BROKEN at " + log + ", line 7: it says that it is line 7, and does not match its own hash.")
                .contains("In order before it: 6 lines, 1 to 6.");
    }

    @Test
    void theReportSaysWhatWasNotVerified() throws IOException {
        Files.write(log, lines.subList(5, LINES));
        assertThat(AuditEvents.verify(log).text())
                .contains("Intact: 15 lines, 6 to 20.\nThe part before line 6 was not verified; it should end with "
                        + parsed(lines.get(4)).anchor() + ".\n");
    }

    @Test
    void aVerificationNeedsAFile() {
        assertThatThrownBy(() -> AuditVerifier.verify(List.of()))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("at least one file");
    }
}
