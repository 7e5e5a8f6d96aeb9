// The calls of the stand-in's API, as any application makes them.

/** An error response of the API: its sentence, and its status; 0 if there was no response. */
export class Refusal extends Error {
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

export class ApiClient {
  #token;

  constructor(token) {
    this.#token = token;
  }

  /** Uploads a PDF and returns its identifier. */
  async upload(pdf) {
    const answer = await this.#call("/api/documents", {
      method: "POST",
      headers: { "Content-Type": "application/pdf" },
      body: pdf,
    });
    return (await answer.json()).data.document_id;
  }

  /** Returns the signature fields of a document that are not signed yet. */
  async signatureFields(id) {
    return (await (await this.#call(`/api/documents/${id}/signature-fields`)).json()).signatureFields;
  }

  /** Signs a document and returns what the API says about the signature. */
  async sign(id, options) {
    const answer = await this.#call(`/api/documents/${id}/sign`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(options),
    });
    return (await answer.json()).data;
  }

  async report(id) {
    return (await this.#call(`/api/documents/${id}/report`)).json();
  }

  async pdf(id) {
    return (await this.#call(`/api/documents/${id}/pdf`)).blob();
  }

  async pageImage(id, pageIndex, width) {
    return (await this.#call(`/api/documents/${id}/pages/${pageIndex}/image?width=${width}`)).blob();
  }

  /**
   * Follows what happens to a document until it is signed or refused. EventSource cannot present a token, so the stream is read here.
   */
  async follow(id, onEvent) {
    const answer = await this.#call(`/api/documents/${id}/events`, { headers: { Accept: "text/event-stream" } });
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let pending = "";
    for (;;) {
      const { value, done } = await reader.read();
      if (done) {
        return;
      }
      pending += value;
      const messages = pending.split("\n\n");
      pending = messages.pop();
      for (const message of messages) {
        const data = message
          .split("\n")
          .filter((line) => line.startsWith("data:"))
          .map((line) => line.slice(5).trimStart())
          .join("\n");
        if (data === "") {
          continue;
        }
        const event = JSON.parse(data);
        onEvent(event);
        if (event.kind === "end") {
          await reader.cancel();
          return;
        }
      }
    }
  }

  async #call(path, init = {}) {
    let answer;
    try {
      answer = await fetch(path, {
        ...init,
        headers: { ...init.headers, Authorization: `Token token="${this.#token}"` },
      });
    } catch {
      throw new Refusal("The stand-in cannot be reached. Is it still running?", 0);
    }
    if (!answer.ok) {
      throw new Refusal(await words(answer), answer.status);
    }
    return answer;
  }
}

async function words(answer) {
  try {
    return (await answer.json()).error ?? `The stand-in answered ${answer.status}.`;
  } catch {
    return `The stand-in answered ${answer.status}.`;
  }
}
