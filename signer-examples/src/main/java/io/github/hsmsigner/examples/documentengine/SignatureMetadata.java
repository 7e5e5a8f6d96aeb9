package io.github.hsmsigner.examples.documentengine;

import java.util.Optional;

/** What the signature dictionary says of the signature in words. */
record SignatureMetadata(Optional<String> signerName, Optional<String> reason, Optional<String> location) {}
