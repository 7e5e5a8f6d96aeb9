package io.github.hsmsigner.service.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.composer.Composer;
import org.snakeyaml.engine.v2.events.CollectionEndEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.parser.ParserImpl;
import org.snakeyaml.engine.v2.scanner.StreamReader;

/**
 * Reads a file in YAML 1.2. No problem repeats anything of the file but names that could be those of settings: the rest
 * may be secret.
 */
final class YamlFile {

    private static final int MAX_BYTES = 1024 * 1024;
    private static final int MAX_DEPTH = 16;
    private static final int MAX_VALUES = 20_000;
    private static final String STANDARD_TAGS = "tag:yaml.org,2002:";

    /**
     * The start of a parser's message and the explanation for it. The rest of the message repeats the file, which may
     * hold a secret.
     */
    private static final Map<String, String> HINTS = Map.of(
            "mapping values are not allowed", "a value with a colon and a space in it must be in quotes",
            "could not find expected ':'", "a name without a colon, or a line that is not indented as it should be",
            "found undefined alias", "a value that begins with * must be in quotes",
            "found duplicate anchor", "a value that begins with & must be in quotes",
            "found undefined tag handle", "a value that begins with ! must be in quotes",
            "found character", "there is a tab in the indentation, or a value must be in quotes");

    private final Problems problems;
    private int values;

    private YamlFile(Problems problems) {
        this.problems = problems;
    }

    /** Returns the fields of the file; none if it has problems. */
    static YamlValue.Fields read(Path file, Problems problems) {
        return text(file, problems)
                .map(text -> parse(text, "The file " + file, problems))
                .orElseGet(YamlValue.Fields::none);
    }

    /** Returns the fields of a text; none if it has problems. */
    static YamlValue.Fields parse(String text, String what, Problems problems) {
        LoadSettings settings = LoadSettings.builder()
                // Reported below, with the line and together with other problems.
                .setAllowDuplicateKeys(true)
                .setAllowNonScalarKeys(false)
                .setCodePointLimit(MAX_BYTES)
                .build();
        try {
            Iterator<Node> documents = new Composer(settings, new LimitedParser(settings, text));
            if (!documents.hasNext()) {
                return YamlValue.Fields.none();
            }
            YamlValue value = new YamlFile(problems).value(documents.next(), 0);
            if (documents.hasNext()) {
                problems.add(what, "must hold one YAML document, not several");
            }
            if (value instanceof YamlValue.Fields fields) {
                return fields;
            }
            if (!(value instanceof YamlValue.Scalar empty && empty.text().isEmpty())) {
                problems.add(what, "must hold settings as name: value");
            }
        } catch (MarkedYamlEngineException e) {
            problems.add(what, "is not well-formed YAML" + place(e) + hint(e.getProblem()));
        } catch (LimitException e) {
            problems.add(what, e.getMessage());
        } catch (YamlEngineException e) {
            problems.add(what, "is not well-formed YAML, or not accepted as such");
        }
        return YamlValue.Fields.none();
    }

    private static Optional<String> text(Path file, Problems problems) {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            if (bytes.length <= MAX_BYTES) {
                return Optional.of(StandardCharsets.UTF_8
                        .newDecoder()
                        .decode(ByteBuffer.wrap(bytes))
                        .toString());
            }
            problems.add("The file " + file, "is longer than " + MAX_BYTES + " bytes");
        } catch (CharacterCodingException e) {
            problems.add("The file " + file, "is not text in UTF-8");
        } catch (IOException e) {
            problems.add("The file " + file, "cannot be read");
        }
        return Optional.empty();
    }

    private static String place(MarkedYamlEngineException e) {
        return e.getProblemMark()
                .or(e::getContextMark)
                .map(mark -> " at line " + (mark.getLine() + 1) + ", column " + (mark.getColumn() + 1))
                .orElse("");
    }

    private static String hint(String problem) {
        return HINTS.entrySet().stream()
                .filter(hint -> problem != null && problem.startsWith(hint.getKey()))
                .findFirst()
                .map(hint -> ": " + hint.getValue())
                .orElse("");
    }

    private YamlValue value(Node node, int depth) {
        int line = node.getStartMark().map(Mark::getLine).orElse(-1) + 1;
        // Again, because aliases can stand for far more than is written.
        if (depth > MAX_DEPTH) {
            throw LimitException.depth(node.getStartMark());
        }
        if (++values > MAX_VALUES) {
            throw new LimitException("has more than " + MAX_VALUES + " values");
        }
        // The parser gives a separate tag to a text that consists of ${NAME}. The setting checks the content.
        if (!node.getTag().getValue().startsWith(STANDARD_TAGS)
                && !node.getTag().equals(Tag.ENV_TAG)) {
            problems.add(
                    "Line " + line, "has a value that begins with !, which is a tag in YAML; it must be in quotes");
        }
        if (node instanceof MappingNode mapping) {
            return fields(mapping, line, depth);
        }
        if (node instanceof SequenceNode sequence) {
            List<YamlValue> items = new ArrayList<>();
            sequence.getValue().forEach(item -> items.add(value(item, depth + 1)));
            return new YamlValue.Items(items, line);
        }
        ScalarNode scalar = (ScalarNode) node;
        boolean nothing = scalar.isPlain() && scalar.getTag().equals(Tag.NULL);
        return new YamlValue.Scalar(nothing ? "" : scalar.getValue(), line, false);
    }

    private YamlValue.Fields fields(MappingNode mapping, int line, int depth) {
        Map<String, YamlValue> fields = new LinkedHashMap<>();
        for (NodeTuple tuple : mapping.getValue()) {
            int nameLine = tuple.getKeyNode().getStartMark().map(Mark::getLine).orElse(-1) + 1;
            if (!(tuple.getKeyNode() instanceof ScalarNode name)) {
                problems.add("Line " + nameLine, "must begin with the name of a setting");
            } else if (fields.putIfAbsent(name.getValue(), value(tuple.getValueNode(), depth + 1)) != null) {
                problems.add("Line " + nameLine, "repeats a setting; remove one of the two");
            }
        }
        return new YamlValue.Fields(fields, line);
    }

    /** A file exceeds a limit. The message continues the sentence that begins with the file. */
    private static final class LimitException extends YamlEngineException {

        private static final long serialVersionUID = 1;

        private LimitException(String message) {
            super(message);
        }

        static LimitException depth(Optional<Mark> mark) {
            return new LimitException("nests values more than " + MAX_DEPTH + " deep"
                    + mark.map(start -> " at line " + (start.getLine() + 1)).orElse(""));
        }
    }

    /**
     * Parser events up to a depth. The composer of the library calls itself for each level, so a deeply nested file
     * would end in a StackOverflowError. Not thread-safe.
     */
    private static final class LimitedParser extends ParserImpl {

        private int depth;

        LimitedParser(LoadSettings settings, String text) {
            super(settings, new StreamReader(settings, text));
        }

        @Override
        public Event next() {
            Event event = super.next();
            if (event instanceof CollectionEndEvent) {
                depth--;
            } else if (event instanceof CollectionStartEvent && ++depth > MAX_DEPTH) {
                throw LimitException.depth(event.getStartMark());
            }
            return event;
        }
    }
}
