package io.github.hsmsigner.examples.documentengine;

import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * The uploaded PDFs, in memory until the process ends. Thread-safe; calls that change the same
 * document wait for each other.
 */
final class Documents {

    private final Map<String, Document> byId = new ConcurrentHashMap<>();

    /** Keeps a PDF and gives the identifier for it. */
    String add(byte[] pdf) {
        String id = UUID.randomUUID().toString();
        byId.put(id, new Document(pdf));
        return id;
    }

    /** Finds a document; one that is not there is answered with 404. */
    Document find(String id) {
        Document document = byId.get(id);
        if (document == null) {
            throw ApiException.notFound();
        }
        return document;
    }

    /** A PDF that changes, and what happened to it. */
    static final class Document {

        private final Object changing = new Object();
        private final CallbackEvents events = new CallbackEvents();
        private volatile byte[] pdf;

        private Document(byte[] pdf) {
            this.pdf = pdf;
        }

        byte[] current() {
            return pdf;
        }

        CallbackEvents events() {
            return events;
        }

        /** Replaces the PDF by the signed one; if signing throws, the PDF stays as it was. */
        Signing.Result sign(Function<byte[], Signing.Result> signing) {
            synchronized (changing) {
                Signing.Result result = signing.apply(pdf);
                pdf = result.pdf();
                return result;
            }
        }
    }
}
