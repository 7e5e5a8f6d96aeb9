package io.github.hsmsigner.service.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Reads the files of a PKCS#11 URI: {@code pin-source} and {@code module-path} (RFC 7512, section 2.4). */
final class PinSourceReader {

    private static final String FILE_SCHEME = "file:";

    private PinSourceReader() {}

    /** Reads the PIN source: a path, a {@code file:} URI, or a bar and the path of a command. Reports problems. */
    static Optional<SecretForm> read(SectionValues values, Setting<?> uri, String source) {
        if (source.startsWith("|")) {
            return existing(values, uri, "pin-source", source.substring(1))
                    .map(command -> new SecretForm.ByCommand(List.of(command.toString()), SecretForm.COMMAND_LIMIT));
        }
        String path = source.startsWith(FILE_SCHEME) ? pathOfUri(source) : source;
        String where = values.where(uri) + ", in pin-source,";
        return Texts.read(path, ValueType.secretFile(), where, values.problems())
                .map(SecretForm.InFile::new);
    }

    /** Returns the path in a {@code file:} URI (RFC 8089), whose percent signs the PKCS#11 URI has resolved already. */
    private static String pathOfUri(String uri) {
        String rest = uri.substring(FILE_SCHEME.length());
        return rest.startsWith("///") ? rest.substring(2) : rest;
    }

    /** Returns an existing file. */
    static Optional<Path> existing(SectionValues values, Setting<?> uri, String attribute, String path) {
        return Texts.read(path, ValueType.file(), values.where(uri) + ", in " + attribute + ",", values.problems());
    }
}
