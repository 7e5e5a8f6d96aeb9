package io.github.hsmsigner.examples.springboot;

import io.github.hsmsigner.core.SigningService;
import io.github.hsmsigner.core.TransportFacts;
import io.github.hsmsigner.http.protocol.CallbackHandler;
import io.github.hsmsigner.http.protocol.CallbackResponse;
import io.github.hsmsigner.http.protocol.RequestMetadata;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.UUID;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * The callback of Document Engine in Spring MVC. The body goes to the protocol as a stream, so a large document is never in memory;
 * errors are the protocol's.
 */
@RestController
public class CallbackController {

    private final CallbackHandler handler;

    /**
     * Makes the controller.
     *
     * @param service what signs
     */
    public CallbackController(SigningService service) {
        handler = new CallbackHandler(() -> service, new CallbackHandler.Config());
    }

    /**
     * Answers one callback.
     *
     * @param request the request
     * @param response the answer
     * @throws IOException if the client went away
     */
    @RequestMapping("/sign")
    public void sign(HttpServletRequest request, HttpServletResponse response) throws IOException {
        String requestId = UUID.randomUUID().toString();
        RequestMetadata metadata = metadata(request, requestId);
        InputStream body = request.getInputStream();
        CallbackResponse result = "POST".equals(request.getMethod())
                ? handler.handle(metadata, () -> body)
                : handler.methodNotAllowed(metadata);
        response.setStatus(result.status());
        response.setHeader("X-Request-Id", requestId);
        result.headers().forEach(response::setHeader);
        response.setContentType(result.contentType());
        response.getOutputStream().write(result.body());
    }

    private static RequestMetadata metadata(HttpServletRequest request, String requestId) {
        return new RequestMetadata(
                requestId,
                name -> Collections.list(request.getHeaders(name)),
                "100-continue".equalsIgnoreCase(request.getHeader("Expect")),
                Duration.ZERO,
                Map.of(TransportFacts.REMOTE_ADDRESS, request.getRemoteAddr()));
    }
}
