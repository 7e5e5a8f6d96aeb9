package io.github.hsmsigner.http.protocol;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import io.github.hsmsigner.core.ContainerFormat;
import io.github.hsmsigner.core.DigestAlgorithm;
import io.github.hsmsigner.core.SigningToken;
import io.github.hsmsigner.core.error.InvalidRequestException;
import io.github.hsmsigner.core.error.UnsupportedRequestException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;

/**
 * Reads the JSON body of a callback as a stream. The fields may come in any order. Unknown fields and fields that are
 * null are skipped. The reader decodes {@code encoded_contents} and {@code data_to_be_signed} into digest computations
 * as they arrive, so they may have any length. If their digest algorithm is not known yet, all supported ones are
 * computed at the same time.
 *
 * <p>The reader accepts:
 * <ul>
 *   <li>JSON in UTF-8 (RFC 8259; UTF-16 and UTF-32 are recognised too). The body is one object with nothing but white
 *       space after it. No name occurs twice. The body is within {@link CallbackLimits}. A byte order mark is skipped.
 *   <li>Base64 of the standard alphabet (RFC 4648, section 4), with padding. White space, escaped or not, is allowed
 *       between groups of four characters. Therefore line breaks after any multiple of four characters are allowed. If
 *       further groups follow padded groups, the result is the concatenation of the decoded parts.
 *   <li>Digests in hexadecimal, in either case, under one of their two names.
 * </ul>
 *
 * <p>No error message repeats a value of the request. No error has an error of the JSON parser as its cause, because
 * that may quote the request. Immutable and thread-safe.
 */
final class CallbackRequestReader {

    /** Algorithms that Document Engine can be configured with, by the length of their digests. */
    private static final Map<Integer, String> UNSUPPORTED_DIGESTS = Map.of(16, "md5", 20, "sha1", 28, "sha224");

    private static final int MAX_CACHED_NAMES = 64;

    private final CallbackLimits.Json limits;
    private final StreamReadConstraints constraints;

    private volatile NameTables json;

    CallbackRequestReader(CallbackLimits.Json limits) {
        this.limits = limits;
        this.constraints = StreamReadConstraints.builder()
                .maxNestingDepth(limits.maxNestingDepth())
                .maxTokenCount(limits.maxTokens())
                .maxNameLength(limits.maxNameLength())
                .maxStringLength(Math.max(limits.maxTextLength(), limits.maxSigningTokenLength()))
                .maxNumberLength(limits.maxNumberLength())
                .build();
        this.json = new NameTables(constraints);
    }

    /**
     * Reads one callback to its end, and leaves the body open.
     *
     * @param memory the memory of the request; the caller closes it when the request ends
     * @param inspectRawData whether to inspect the data of a raw signature, of which at most
     *     {@value io.github.hsmsigner.core.RawData#MAX_SIGNED_ATTRIBUTES} bytes are kept for that
     * @throws InvalidRequestException if the body is not a well-formed callback, or contradicts itself
     * @throws UnsupportedRequestException if it asks for an action, digest algorithm or container that is not supported
     * @throws MemoryBudget.ExhaustedException if the memory for its texts is not left
     * @throws IOException if the body cannot be read
     */
    CallbackRequest read(InputStream body, MemoryBudget.Share memory, boolean inspectRawData) throws IOException {
        NameTables tables = json;
        JsonInput input = new JsonInput(body, memory);
        try (JsonParser parser = tables.createParser(input)) {
            return new Reading(parser, input, inspectRawData ? memory : null).read();
        } catch (JsonEOFException e) {
            throw new InvalidRequestException("The body ends before its JSON object does.");
        } catch (StreamConstraintsException e) {
            throw limitExceeded();
        } catch (JsonProcessingException e) {
            throw new InvalidRequestException("The body is not well-formed JSON in UTF-8.");
        } finally {
            if (tables.size() > MAX_CACHED_NAMES) {
                json = new NameTables(constraints);
            }
        }
    }

    /** Returns how many names of fields the reader keeps for the next requests. */
    int cachedNames() {
        return json.size();
    }

    private InvalidRequestException limitExceeded() {
        return new InvalidRequestException("The JSON in the body exceeds a limit: " + limits.maxNestingDepth()
                + " levels, " + limits.maxTokens() + " tokens, names of " + limits.maxNameLength()
                + " bytes, numbers of " + limits.maxNumberLength() + ", texts of " + limits.maxTextLength()
                + " and signing tokens of " + limits.maxSigningTokenLength() + " characters.");
    }

    private static ContainerFormat format(String signatureType) {
        return switch (signatureType) {
            case "cms" -> ContainerFormat.CMS;
            // Document Engine puts it in a PDF with the SubFilter ETSI.CAdES.detached: the profile of PAdES.
            case "cades" -> ContainerFormat.PADES_B_B;
            default -> throw new UnsupportedRequestException("The signature_type is not known; use one of cms, cades.");
        };
    }

    /** Reads one body. Not thread-safe. */
    private final class Reading {

        private final JsonParser parser;
        private final JsonInput input;
        private final MemoryBudget.Share inspectionMemory;
        private final CallbackFields fields = new CallbackFields();

        /** The memory is {@code null} if the data of a raw signature is not inspected. */
        Reading(JsonParser parser, JsonInput input, MemoryBudget.Share inspectionMemory) {
            this.parser = parser;
            this.input = input;
            this.inspectionMemory = inspectionMemory;
        }

        CallbackRequest read() throws IOException {
            JsonToken first = parser.nextToken();
            if (first == null) {
                throw new InvalidRequestException("The body is empty; a JSON object is expected.");
            }
            if (first != JsonToken.START_OBJECT) {
                throw new InvalidRequestException("The body is JSON but not an object; a JSON object is expected.");
            }
            Set<String> names = new HashSet<>();
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String name = parser.currentName();
                if (!names.add(name)) {
                    throw new InvalidRequestException("A field of the JSON object occurs twice.");
                }
                // A field that is null counts as absent, because serialisers write absent fields like that.
                if (parser.nextToken() != JsonToken.VALUE_NULL) {
                    readField(name);
                }
            }
            requireEnd();
            return fields.toRequest();
        }

        private void requireEnd() throws IOException {
            boolean end;
            try {
                end = parser.nextToken() == null;
            } catch (JsonProcessingException e) {
                end = false;
            }
            if (!end) {
                throw new InvalidRequestException("Something follows the JSON object in the body; nothing may.");
            }
        }

        private void readField(String name) throws IOException {
            switch (name) {
                case "action" -> fields.action = CallbackAction.fromText(text(name));
                case "hash_algorithm" -> fields.hashAlgorithm = DigestAlgorithm.fromName(text(name));
                case "signature_type" -> fields.format = format(text(name));
                case "digest", "document_digest" -> fields.digest(digest(name));
                case "encoded_contents" ->
                    fields.contents = decode(name, new StreamedDigest(fields.contentsAlgorithms(), null));
                case "data_to_be_signed" ->
                    fields.dataToBeSigned =
                            decode(name, new StreamedDigest(fields.dataToBeSignedAlgorithms(), inspectionMemory));
                case "signing_token" -> fields.signingToken = signingToken(name);
                default -> parser.skipChildren();
            }
        }

        private StreamedDigest decode(String name, StreamedDigest digest) throws IOException {
            requireText(name);
            try {
                input.decodeBase64(parser, digest);
            } catch (JsonEOFException e) {
                throw e;
            } catch (JsonProcessingException | IllegalArgumentException e) {
                throw new InvalidRequestException(
                        "The field " + name + " must hold Base64 of the standard alphabet, with padding.");
            }
            if (digest.isEmpty()) {
                throw new InvalidRequestException("The field " + name + " is empty; there is nothing to sign.");
            }
            return digest;
        }

        private void requireText(String name) {
            if (parser.currentToken() != JsonToken.VALUE_STRING) {
                throw new InvalidRequestException("The field " + name + " must be a JSON string.");
            }
        }

        private String text(String name) throws IOException {
            collectText(name, limits.maxTextLength());
            return parser.getText();
        }

        /**
         * Collects the text of a field and checks its length. The parser itself checks the length only if a text does
         * not fit its buffer.
         */
        private void collectText(String name, int maxLength) throws IOException {
            requireText(name);
            input.collecting = true;
            try {
                if (parser.getTextLength() > maxLength) {
                    throw limitExceeded();
                }
            } finally {
                input.collecting = false;
            }
        }

        private byte[] digest(String name) throws IOException {
            byte[] digest;
            try {
                digest = HexFormat.of().parseHex(text(name));
            } catch (IllegalArgumentException e) {
                throw new InvalidRequestException("The field " + name
                        + " must hold a digest in hexadecimal: an even number of the digits 0-9 and a-f.");
            }
            if (DigestAlgorithm.ofLength(digest.length).isEmpty()) {
                String unsupported = UNSUPPORTED_DIGESTS.get(digest.length);
                throw new InvalidRequestException("The field " + name + " holds " + digest.length + " bytes, which is "
                        + (unsupported == null
                                ? "not the length of a digest: 32 for sha256, 48 for sha384, 64 for sha512."
                                : "the length of a digest of " + unsupported + ". " + unsupported
                                        + " is not supported; use one of sha256, sha384, sha512."));
            }
            return digest;
        }

        /** Avoids String, so that the bytes can be wiped. The parser's own buffer is out of reach. */
        private SigningToken signingToken(String name) throws IOException {
            collectText(name, limits.maxSigningTokenLength());
            CharBuffer characters =
                    CharBuffer.wrap(parser.getTextCharacters(), parser.getTextOffset(), parser.getTextLength());
            try {
                ByteBuffer octets = StandardCharsets.UTF_8.newEncoder().encode(characters);
                byte[] token = Arrays.copyOf(octets.array(), octets.limit());
                Arrays.fill(octets.array(), (byte) 0);
                return SigningToken.of(token);
            } catch (CharacterCodingException e) {
                // Half a surrogate pair has no encoding in UTF-8. A replacement character would make different tokens
                // equal.
                throw new InvalidRequestException("The field " + name + " is not well-formed Unicode.");
            }
        }
    }

    /**
     * A factory of parsers, which share a table of the names that they have met. Clients choose names, so a table with
     * more names than callbacks need is replaced with an empty one.
     */
    private static final class NameTables extends JsonFactory {

        private static final long serialVersionUID = 1L;

        NameTables(StreamReadConstraints constraints) {
            super(new JsonFactoryBuilder()
                    .streamReadConstraints(constraints)
                    .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                    .disable(StreamReadFeature.AUTO_CLOSE_SOURCE)
                    // Names come from clients and must not fill the virtual machine's table of strings.
                    .disable(JsonFactory.Feature.INTERN_FIELD_NAMES));
        }

        int size() {
            return _byteSymbolCanonicalizer.size() + _rootCharSymbols.size();
        }
    }
}
