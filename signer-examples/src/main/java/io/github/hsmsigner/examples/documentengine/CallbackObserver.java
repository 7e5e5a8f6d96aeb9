package io.github.hsmsigner.examples.documentengine;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;

/** Sees the calls of the signing service as they happen. */
interface CallbackObserver {

    /** A request goes out. */
    void asked(ObjectNode request);

    /** Its answer has come. */
    void answered(int status, String contentType, byte[] body, Duration after);

    /** No answer has come. */
    void failed(String words);
}
