import { ApiClient, Refusal } from "/api-client.js";

const byId = (id) => document.getElementById(id);
const form = byId("form");
const drop = byId("drop");
const level = byId("level");
const IMAGE_WIDTH = 900;
const VISIBLE_PLACE = [72, 150, 360, 72];
/** Readers look for the header of a PDF this far. */
const HEADER_AREA = 1024;
const START = "Choose a PDF, then press Sign.";
const READY = "Press Sign.";
/** The labels on this page of the options that error messages of the API name. */
const LABELS = {
  estimatedSize: "Bytes reserved",
  hashAlgorithm: "Hash",
  cadesLevel: "Level",
  signatureType: "Type",
  signatureContainer: "Container made by",
  formFieldName: "Signature field",
  signingToken: "Signing token",
};

let settings = { apiToken: "", timestamps: false, hashAlgorithm: "sha512", cadesLevel: "b-lt", signingService: "" };
/** The chosen document: its name, its bytes, and its identifier while the stand-in holds it unsigned. */
let chosen = null;
let choices = 0;
let urls = [];

// --- choosing a document

/** Takes a document, unless another one is chosen while this one is read. */
async function choose(name, blob) {
  const choice = ++choices;
  chosen = null;
  clear();
  byId("sign").disabled = true;
  byId("chosen").textContent = `${name} (${size(blob.size)})`;
  drop.classList.remove("filled", "refused");
  byId("file-problem").hidden = true;
  showFields([]);
  show("idle", START);
  const picked = { name, blob, id: null, fields: [] };
  const problem = (await whyNotPdf(name, blob)) || (await prepare(picked));
  if (choice !== choices) {
    return;
  }
  if (problem) {
    refuseFile(problem);
    return;
  }
  chosen = picked;
  drop.classList.add("filled");
  showFields(picked.fields);
  show("idle", READY);
  byId("sign").disabled = false;
}

function refuseFile(problem) {
  drop.classList.add("refused");
  byId("file-problem").textContent = problem;
  byId("file-problem").hidden = false;
}

/** Uploads a document and reads its fields. Returns why the document is refused; other problems appear when it is signed. */
async function prepare(picked) {
  try {
    const api = new ApiClient(byId("api-token").value);
    const id = await api.upload(picked.blob);
    picked.fields = await api.signatureFields(id);
    picked.id = id;
    return "";
  } catch (error) {
    return error instanceof Refusal && error.status === 400 ? `${picked.name}: ${error.message}` : "";
  }
}

byId("api-token").addEventListener("change", async () => {
  const picked = chosen;
  if (picked && picked.id === null && picked.fields.length === 0) {
    await prepare(picked);
    if (picked === chosen && picked.fields.length > 0) {
      showFields(picked.fields);
    }
  }
});

async function whyNotPdf(name, blob) {
  if (blob.size === 0) {
    return `${name} is empty. Choose a PDF.`;
  }
  let start;
  try {
    start = new TextDecoder("latin1").decode(await blob.slice(0, HEADER_AREA).arrayBuffer());
  } catch {
    return `${name} cannot be read. Choose a PDF.`;
  }
  return start.includes("%PDF-") ? "" : `${name} is not a PDF: its first ${HEADER_AREA} bytes do not contain %PDF-.`;
}

function showFields(fields) {
  byId("field").replaceChildren(
    ...fields.map((field) => {
      const option = element("option", `${field.name}, page ${field.pageIndex + 1}${field.visible ? "" : ", invisible"}`);
      option.value = field.name;
      option.dataset.visible = field.visible;
      option.dataset.pageIndex = field.pageIndex;
      return option;
    }),
  );
  const other = element("option", "A new field");
  other.value = "";
  byId("field").append(other);
  byId("field-choice").hidden = fields.length === 0;
  limitPlace();
}

/** A field of the document has its own place. */
function limitPlace() {
  byId("visible-choice").hidden = byId("field").value !== "";
}

byId("field").addEventListener("change", limitPlace);

function size(bytes) {
  if (bytes < 1000) {
    return `${bytes} bytes`;
  }
  return bytes < 1_000_000 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

byId("file").addEventListener("change", (event) => {
  const file = event.target.files[0];
  // So that the same file can be chosen again after it was changed.
  event.target.value = "";
  if (file) {
    choose(file.name, file);
  }
});

byId("sample").addEventListener("click", async () => {
  try {
    await choose("sample.pdf", await (await fetch("/sample.pdf")).blob());
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
  const files = event.dataTransfer.files;
  if (files.length > 1) {
    refuseFile(`${files.length} files were dropped. Drop one PDF.`);
  } else if (files.length === 1) {
    choose(files[0].name, files[0]);
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
  level.disabled = cms;
  hint.hidden = !cms && (settings.timestamps || level.value === "b-b");
  hint.textContent = cms
    ? "CMS signatures have no levels."
    : "The signature gets the level B-B, because the stand-in has no timestamp authority (TIMESTAMP_AUTHORITY_URL).";
}

level.addEventListener("change", limitLevels);

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
  const field = byId("field").selectedOptions[0];
  if (field.value) {
    wanted.formFieldName = field.value;
  } else if (byId("visible").checked) {
    wanted.position = { pageIndex: 0, rect: VISIBLE_PLACE };
  }
  if (wanted.position || field.dataset.visible === "true") {
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
  const picked = chosen;
  byId("sign").disabled = true;
  clear();
  show("busy", "Signing …");
  try {
    await sign(picked, new ApiClient(byId("api-token").value));
  } catch (error) {
    if (picked === chosen) {
      show("failed", error instanceof Refusal ? readable(error) : `The page failed: ${error.message}`);
    }
  } finally {
    byId("sign").disabled = !chosen;
  }
});

async function sign(picked, api) {
  const id = picked.id ?? (await api.upload(picked.blob));
  // Signing again begins with the document as it was chosen.
  picked.id = null;
  const following = api.follow(id, (event) => picked === chosen && showEvent(event));
  // The failure of the signature says more than a failure here.
  following.catch(() => {});
  const pageIndex = Number(byId("field").selectedOptions[0].dataset.pageIndex ?? 0);
  const signature = await api.sign(id, options());
  await following;
  if (picked !== chosen) {
    return;
  }
  show("busy", "Checking the signature …");
  const [report, image, pdf] = await Promise.all([
    api.report(id),
    api.pageImage(id, pageIndex, IMAGE_WIDTH),
    api.pdf(id),
  ]);
  if (picked !== chosen) {
    return;
  }
  showReport(report.signatures, signature.cadesLevelReason ?? "");
  byId("page-image").alt = `Page ${pageIndex + 1} of the signed document`;
  byId("page-image").src = keep(URL.createObjectURL(image));
  byId("download").href = keep(URL.createObjectURL(pdf));
  byId("download").download = `${picked.name.replace(/\.pdf$/i, "")}-signed.pdf`;
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
  byId("events-empty").hidden = false;
  byId("report").hidden = true;
  byId("document").hidden = true;
}

// --- showing

function show(state, text) {
  byId("outcome").className = `outcome ${state}`;
  byId("outcome-words").textContent = text;
  if (state !== "idle") {
    byId("signature").scrollIntoView({ block: "nearest" });
  }
}

/** A refusal in the words of this page. The message of the signing service is enough here, as the events show its answer in full. */
function readable(refusal) {
  if (refusal.status === 401) {
    form.querySelector("details").open = true;
    return "The API token is wrong. Enter the token of the stand-in (API_AUTH_TOKEN).";
  }
  const [, start, json] = refusal.message.match(/^(The signing service answered \d+: )(\{.*\})$/s) ?? [];
  try {
    return start + JSON.parse(json).error.message;
  } catch {
    return refusal.message
      .replace(/but estimatedSize reserves (\d+)\./, "but only $1 are reserved. Increase estimatedSize.")
      .replace(/\b[a-z]+[A-Z][A-Za-z]+\b/g, (name) => (LABELS[name] ? `“${LABELS[name]}”` : name));
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

function showReport(signatures, levelReason) {
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
    ["Note", levelReason],
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
  byId("events-empty").hidden = true;
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

/** Selects a default, which may be one that the page does not offer. */
function preset(select, value) {
  if (![...select.options].some((option) => option.value === value)) {
    select.append(new Option(value, value));
  }
  select.value = value;
}

async function start() {
  settings = await (await fetch("/page-settings.json")).json();
  byId("service").textContent = settings.signingService;
  byId("api-token").value = settings.apiToken;
  preset(byId("hash"), settings.hashAlgorithm);
  preset(level, settings.cadesLevel);
  if (settings.apiToken === "") {
    form.querySelector("details").open = true;
  }
  limitLevels();
  showFields([]);
  show("idle", START);
}

start().catch(() => show("failed", "The stand-in cannot be reached. Is it still running?"));
