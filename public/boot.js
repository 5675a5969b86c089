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
  const busy = () =>
    document.querySelector(".pick input:checked, details[open]") !== null ||
    [...document.querySelectorAll("input[type=search]")].some((field) => field.value !== field.defaultValue) ||
    document.activeElement?.matches("input, select, textarea");
  const refresh = () => {
    if (changed && !busy() && document.visibilityState === "visible") location.reload();
  };
  new EventSource("/mail/events").addEventListener("change", () => {
    changed = true;
    refresh();
  });
  setInterval(refresh, 5000);
  document.addEventListener("visibilitychange", refresh);
}

if (tag) {
  const { module, wasm, asleep } = tag.dataset;
  if (asleep) addEventListener("load", () => [module, wasm].forEach((file) => fetch(file, { priority: "low" }).catch(() => {})));
  else if (typeof WebAssembly === "object") wake(tag.dataset).catch(listen);
  else listen();
}
