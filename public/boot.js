// Wakes the page: loads the program that its own tag names. The page works before this, and without it.
const tag = document.querySelector("script[data-module]");

async function wake({ module, wasm }) {
  const bytes = fetch(wasm, { credentials: "same-origin" });
  const program = await import(module);
  await program.default({ module_or_path: bytes });
  document.documentElement.dataset.awake = "yes";
}

// Without WebAssembly: new mail still appears, by reading the page again when nobody is in the middle of something.
function listen() {
  if (!/^\/mail\/[^/]+$/.test(location.pathname) || !window.EventSource) return;
  let changed = false;
  let gone = 0;
  let source;
  // Somebody is on the way to another page, and what they do there may be the change: it must not call them back.
  const go = ({ target, type }) => {
    if (type === "submit" || target.closest?.("a[href]")) gone = Date.now();
  };
  document.addEventListener("click", go);
  document.addEventListener("submit", go);
  const busy = () =>
    document.querySelector(".pick input:checked, details[open]") !== null ||
    [...document.querySelectorAll("input[type=search]")].some((field) => field.value !== field.defaultValue) ||
    document.activeElement?.matches("input, select, textarea");
  const refresh = () => {
    if (!changed || busy() || document.hidden || Date.now() - gone < 10_000) return;
    const again = new URL(location.href);
    again.searchParams.set("auto", "1");
    location.replace(again);
  };
  const hear = () => {
    changed = true;
    refresh();
  };
  // A browser has six connections for all its tabs together: one that nobody sees lets go of its own.
  const open = () => {
    if (source || document.hidden) return;
    source = new EventSource("/mail/events");
    source.addEventListener("mail", hear);
    source.addEventListener("change", hear);
    source.addEventListener("error", () => {
      if (source?.readyState !== EventSource.CLOSED) return;
      source = undefined;
      document.dispatchEvent(new Event("restante:closed"));
      // Turned away, since other tabs listen: it looks now and then.
      setTimeout(() => (hear(), open()), 30_000);
    });
  };
  open();
  setInterval(refresh, 5000);
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) {
      source?.close();
      source = undefined;
    } else {
      open();
      refresh();
    }
  });
}

// Files go up by themselves, each with its bar, while their writer goes on; the form waits for them before it is sent.
const ROOM = "There is no room for it.";
const WHY = {
  "too-large": "Too large for one message.",
  "quota-full": "The mailbox is full.",
  "not-found": "This draft is not here any more.",
  "signed-out": "You are signed out. Press Save, then sign in again.",
};
const waiting = [];
document.documentElement.dataset.uploads = "yes";
let going = 0;
let pressed;

function upload(form, files) {
  const list = form.querySelector("[data-uploads]");
  if (!list) return;
  for (const file of files) {
    const item = document.createElement("li");
    item.className = "file";
    item.innerHTML = `<bdi class="file-name"></bdi><progress max="1" value="0"></progress><span class="file-size" role="status">waits</span><button class="button quiet small" type="button">Cancel</button>`;
    item.querySelector("bdi").textContent = file.name;
    item.querySelector("progress").setAttribute("aria-label", file.name);
    const job = { file, item, list, draft: list.dataset.uploads };
    item.querySelector("button").onclick = () => cancel(job);
    list.append(item);
    waiting.push(job);
  }
  next();
}

function cancel(job) {
  const at = waiting.indexOf(job);
  if (at >= 0) waiting.splice(at, 1);
  job.cancelled = true;
  job.request?.abort();
  job.item.remove();
  settle();
}

function next() {
  const job = going === 0 && waiting.shift();
  if (!job) return settle();
  going = 1;
  const { file, item } = job;
  const says = (text) => (item.querySelector(".file-size").textContent = text);
  const bar = item.querySelector("progress");
  const form = new FormData();
  form.append("files", file);
  const request = (job.request = new XMLHttpRequest());
  request.open("POST", `/compose/${job.draft}/files`);
  request.upload.onprogress = ({ loaded, total }) => {
    bar.value = total ? loaded / total : 0;
    says(`${Math.round(bar.value * 100)} %`);
  };
  request.onloadend = () => {
    going = 0;
    bar.remove();
    if (request.status === 200) attached(job, JSON.parse(request.responseText));
    else if (!job.cancelled) failed(job, request.responseText, says);
    next();
  };
  request.send(form);
}

// As the page lists a file that it was made with (`compose_page.rs`).
function attached({ item, draft }, { part, name, size }) {
  item.innerHTML = `<a class="file-name" rel="external"><bdi></bdi></a><span class="file-size"></span><button class="button quiet small" name="do">Remove</button>`;
  item.querySelector("a").href = `/compose/${draft}/part/${part}`;
  item.querySelector("bdi").textContent = name;
  item.querySelector(".file-size").textContent = size;
  const remove = item.querySelector("button");
  remove.value = `detach-${part}`;
  remove.setAttribute("aria-label", `Remove ${name}`);
}

function failed(job, code, says) {
  job.item.classList.add("failed");
  says(`Not attached. ${WHY[code] ?? (code ? ROOM : "The server was not reached.")}`);
  const again = document.createElement("button");
  again.className = "button quiet small";
  again.type = "button";
  again.textContent = "Try again";
  again.onclick = () => {
    again.remove();
    job.item.classList.remove("failed");
    job.item.querySelector(".file-name").after(Object.assign(document.createElement("progress"), { max: 1, value: 0 }));
    waiting.push(job);
    next();
  };
  job.item.querySelector("button").before(again);
}

/** All are up: the button that was pressed meanwhile is pressed again. Not if one failed: its writer has to know. */
function settle() {
  if (going || waiting.length || !pressed) return;
  const button = pressed;
  pressed = undefined;
  if (button.isConnected && !button.form?.querySelector(".file.failed")) button.click();
}

document.addEventListener("change", ({ target }) => {
  if (!target.matches?.("form.composer input[type=file]")) return;
  upload(target.form, target.files);
  // What is in the field would go up with the form once more.
  target.value = "";
});

// Dropped anywhere beside a letter, a file goes along: the browser would leave the letter and open it.
const letter = () => document.querySelector("form.composer");
const dragged = (event) => letter() && event.dataTransfer?.types.includes("Files");
const hover = (on) => document.documentElement.toggleAttribute("data-dragged", on);
document.addEventListener("dragover", (event) => {
  if (!dragged(event)) return;
  event.preventDefault();
  event.dataTransfer.dropEffect = "copy";
  hover(true);
});
document.addEventListener("dragleave", ({ relatedTarget }) => relatedTarget || hover(false));
document.addEventListener("drop", (event) => {
  hover(false);
  if (!dragged(event)) return;
  event.preventDefault();
  // A folder is no file.
  const items = [...event.dataTransfer.items].filter((item) => item.kind === "file");
  const files = items.filter((item) => !item.webkitGetAsEntry?.()?.isDirectory).map((item) => item.getAsFile());
  upload(letter(), files.filter(Boolean));
});
// A picture, or files. Word and Excel put a picture of the text beside the text: then the text is meant.
document.addEventListener("paste", (event) => {
  const { files, types } = event.clipboardData ?? {};
  if (!letter() || !files?.length || types.includes("text/plain")) return;
  event.preventDefault();
  upload(letter(), files);
});
document.addEventListener(
  "submit",
  (event) => {
    if (!event.target.matches("form.composer") || (!going && !waiting.length)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    pressed = event.submitter ?? event.target.querySelector("button[value=save]");
  },
  true,
);

// Copies what its button names, and says so beside it.
document.documentElement.dataset.copies = "yes";
async function copy(text) {
  // Only a page that came encrypted has a clipboard.
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const field = Object.assign(document.createElement("textarea"), { value: text, readOnly: true, className: "vh" });
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  if (!done) throw new Error("not copied");
}
document.addEventListener("click", async ({ target }) => {
  const button = target.closest?.("[data-copy]");
  if (!button) return;
  const says = button.parentElement.querySelector("[role=status]");
  says.textContent = await copy(button.dataset.copy).then(
    () => "Copied",
    () => "Not copied. Mark the text and copy it.",
  );
  button.focus();
  clearTimeout(says.clock);
  says.clock = setTimeout(() => (says.textContent = ""), 5000);
});

// A session ends when nobody has done anything for 20 minutes. It is said before, and then nothing of it stays in sight.
const IDLE = 1200;
const SOON = 120;
const place = document.querySelector("[data-ending]");
let clock;

function unsaved() {
  const form = document.querySelector("form.composer");
  if (!form || form.dataset.unsaved) return Boolean(form);
  const fields = [...form.querySelectorAll("input:not([type=hidden]), textarea")];
  return document.documentElement.dataset.awake !== "yes" && fields.some((field) => field.value !== field.defaultValue);
}

function show(which) {
  place.hidden = !which;
  for (const name of ["soon", "over"]) place.querySelector(`[data-${name}]`).hidden = name !== which;
}

async function look() {
  clearTimeout(clock);
  const answer = await fetch("/mail/left", { cache: "no-store" }).catch(() => undefined);
  if (answer?.status === 401) {
    if (unsaved()) return show("over");
    const next = encodeURIComponent(location.pathname + location.search);
    return location.replace(`/sign-in?refused=signed-out&next=${next}`);
  }
  const left = answer?.ok ? Number(await answer.text()) : SOON + 60;
  show(left <= SOON ? "soon" : undefined);
  // Another tab may go on meanwhile, so it is asked again and not counted down.
  clock = setTimeout(look, 1000 * (left > SOON ? left - SOON : Math.min(left + 1, 15)));
}

if (place) {
  place.querySelector("[data-stay]").addEventListener("click", async () => {
    await fetch("/mail/stay", { method: "POST" }).catch(() => undefined);
    await look();
  });
  document.addEventListener("restante:closed", look);
  document.addEventListener("visibilitychange", () => document.hidden || look());
  // Somebody has just asked for this page, unless it asked for itself.
  if (new URLSearchParams(location.search).has("auto")) look();
  else clock = setTimeout(look, 1000 * (IDLE - SOON));
}

if (tag) {
  const { module, wasm, asleep } = tag.dataset;
  if (asleep) addEventListener("load", () => [module, wasm].forEach((file) => fetch(file, { priority: "low" }).catch(() => {})));
  else if (typeof WebAssembly === "object") wake(tag.dataset).catch(listen);
  else listen();
}
