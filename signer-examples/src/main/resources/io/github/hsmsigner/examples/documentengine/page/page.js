import { ApiClient, Refusal } from "/api-client.js";

const byId = (id) => document.getElementById(id);
const form = byId("form");
const drop = byId("drop");
const level = byId("level");
const IMAGE_WIDTH = 900;
const VISIBLE_PLACE = [72, 150, 360, 72];

let settings = { apiToken: "", timestamps: false, signingService: "" };
let chosen = null;
let urls = [];

// --- choosing a document

function choose(name, blob) {
  chosen = blob;
  byId("chosen").textContent = `${name} (${size(blob.size)})`;
  drop.classList.add("filled");
  byId("sign").disabled = false;
}

function size(bytes) {
  if (bytes < 1000) {
    return `${bytes} bytes`;
  }
  return bytes < 1_000_000 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

byId("file").addEventListener("change", (event) => {
  const file = event.target.files[0];
  if (file) {
    choose(file.name, file);
  }
});

byId("sample").addEventListener("click", async () => {
  try {
    choose("The sample document", await (await fetch("/sample.pdf")).blob());
  } catch {
    show("failed", "The stand-in cannot be reached. Is it still running?");
  }
});

for (const type of ["dragenter", "dragover"]) {
  drop.addEventListener(type, (event) => {
    event.preventDefault();
    drop.classList.add("over");
  });
}

drop.addEventListener("dragleave", (event) => {
  if (!drop.contains(event.relatedTarget)) {
    drop.classList.remove("over");
  }
});

drop.addEventListener("drop", (event) => {
  event.preventDefault();
  drop.classList.remove("over");
  const file = event.dataTransfer.files[0];
  if (file) {
    choose(file.name, file);
  }
});

// A file that misses the place would otherwise replace the page.
for (const type of ["dragover", "drop"]) {
  window.addEventListener(type, (event) => event.preventDefault());
}

// --- options

function checked(name) {
  return form.querySelector(`input[name="${name}"]:checked`).value;
}

function limitLevels() {
  const cms = checked("signatureType") === "cms";
  const hint = byId("level-hint");
  if (cms || !settings.timestamps) {
    level.value = "b-b";
  }
  level.disabled = cms || !settings.timestamps;
  hint.hidden = !level.disabled;
  hint.textContent = cms
    ? "CMS signatures have no levels."
    : "B-T and B-LT need a timestamp authority: TIMESTAMP_AUTHORITY_URL is not set.";
}

for (const input of form.querySelectorAll('input[name="signatureType"]')) {
  input.addEventListener("change", limitLevels);
}

function options() {
  const wanted = {
    signatureContainer: checked("signatureContainer"),
    signatureType: checked("signatureType"),
    hashAlgorithm: byId("hash").value,
  };
  if (wanted.signatureType === "cades") {
    wanted.cadesLevel = level.value;
  }
  const metadata = {
    signerName: byId("signer-name").value.trim(),
    signatureReason: byId("reason").value.trim(),
    signatureLocation: byId("location").value.trim(),
  };
  wanted.signatureMetadata = Object.fromEntries(Object.entries(metadata).filter(([, value]) => value !== ""));
  if (byId("visible").checked) {
    wanted.position = { pageIndex: 0, rect: VISIBLE_PLACE };
    wanted.appearance = { mode: "signatureAndDescription", showReason: true, showLocation: true, showDateTimezone: true };
  }
  if (byId("signing-token").value !== "") {
    wanted.signingToken = byId("signing-token").value;
  }
  if (byId("size").value !== "") {
    wanted.estimatedSize = Number(byId("size").value);
  }
  return wanted;
}

// --- signing

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (!chosen || byId("sign").disabled) {
    return;
  }
  byId("sign").disabled = true;
  clear();
  show("busy", "Signing …");
  try {
    await sign(new ApiClient(byId("api-token").value));
  } catch (error) {
    show("failed", error instanceof Refusal ? readable(error.message) : `The page failed: ${error.message}`);
  } finally {
    byId("sign").disabled = false;
  }
});

async function sign(api) {
  const id = await api.upload(chosen);
  const following = api.follow(id, showEvent);
  // Its failure is told below, after that of the signature, which says more.
  following.catch(() => {});
  await api.sign(id, options());
  await following;
  show("busy", "Checking the signature …");
  const [report, image, pdf] = await Promise.all([api.report(id), api.pageImage(id, IMAGE_WIDTH), api.pdf(id)]);
  showReport(report.signatures);
  byId("page-image").src = keep(URL.createObjectURL(image));
  byId("download").href = keep(URL.createObjectURL(pdf));
  byId("document").hidden = false;
}

function keep(url) {
  urls.push(url);
  return url;
}

function clear() {
  urls.forEach((url) => URL.revokeObjectURL(url));
  urls = [];
  byId("events").replaceChildren();
  byId("events-empty").hidden = true;
  byId("report").hidden = true;
  byId("document").hidden = true;
}

// --- showing

function show(state, text) {
  byId("outcome").className = `outcome ${state}`;
  byId("outcome-words").textContent = text;
  byId("signature").scrollIntoView({ block: "nearest" });
}

/** The words of a refusal; what the signing service answered in JSON is shown in full below, so its message is enough here. */
function readable(words) {
  const [, start, json] = words.match(/^(The signing service answered \d+: )(\{.*\})$/s) ?? [];
  try {
    return start + JSON.parse(json).error.message;
  } catch {
    return words;
  }
}

function element(name, text, className) {
  const made = document.createElement(name);
  made.textContent = text;
  if (className) {
    made.className = className;
  }
  return made;
}

function showReport(signatures) {
  const last = signatures.at(-1);
  if (!last) {
    show("failed", "The document came back without a signature.");
    return;
  }
  const spoilt = signatures.find((signature) => !signature.valid);
  const count = signatures.length === 1 ? "" : ` All ${signatures.length} signatures of the document are.`;
  show(spoilt ? "failed" : "valid", spoilt ? `${spoilt.field}: ${spoilt.verdict}` : last.verdict + count);
  const facts = [
    ["Signed by", last.issuer === "" ? last.signer : `${last.signer}, certified by ${last.issuer}`],
    ["Time", local(last.claimedTime)],
    ["Timestamp", last.timestamps.map(local).join("; ")],
    ["Covers", last.coverage],
    ["Container", last.container],
    ["Level", last.level],
    ["Algorithm", last.algorithm],
    ["Trust", last.trust],
  ];
  byId("report").replaceChildren(
    ...facts.filter(([, value]) => value !== "").flatMap(([name, value]) => [element("dt", name), element("dd", value)]),
  );
  byId("report").hidden = false;
}

/** A time of ISO 8601, perhaps with words after it, as people read it. */
function local(text) {
  return text.replace(/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?Z/, "$1 $2 UTC");
}

const HEADS = {
  request: (event) => ["Asked", event.fields.action, "POST"],
  answer: (event) => [
    "Answered",
    String(event.status),
    `${event.contentType}, ${event.bytes.toLocaleString("en")} bytes, ${event.milliseconds} ms`,
  ],
  failure: () => ["Failed", "", ""],
  note: () => ["Then", "", ""],
};

function showEvent(event) {
  if (event.kind === "end") {
    return;
  }
  const [tag, name, facts] = HEADS[event.kind](event);
  const item = element("li", "", event.kind === "answer" && event.status !== 200 ? "answer refused" : event.kind);
  const head = element("div", "", "event-head");
  head.append(element("span", tag, "tag"), element("strong", name), element("span", facts, "facts"));
  item.append(head);
  if (event.words) {
    head.append(element("span", event.words));
  }
  const content = event.fields ?? event.content;
  if (content !== undefined) {
    item.append(element("pre", typeof content === "string" ? content : JSON.stringify(content, null, 2)));
  }
  byId("events").append(item);
}

// --- start

async function start() {
  settings = await (await fetch("/page-settings.json")).json();
  byId("service").textContent = settings.signingService;
  byId("api-token").value = settings.apiToken;
  if (settings.apiToken === "") {
    form.querySelector("details").open = true;
  }
  limitLevels();
}

start().catch(() => show("failed", "The stand-in cannot be reached. Is it still running?"));
