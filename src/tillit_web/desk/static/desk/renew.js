// Parts of a page made new from the page's own address, which answers with those that the page does not show yet.
//
// <… id="…" data-live="grows">: lines that are not there yet are added, which a screen reader hears as news.
// <… id="…" data-live="changes">: its content is put in place of the old; what has the focus keeps it by its id.
// <form data-sends>: sent without leaving the page; what is refused is sent once more as a form, and the page says why.
const LEAST_PAUSE = 800;
const PAUSES = 3; // as many times as the answer took to come: who asks a busy server asks less often

let seen = document.querySelector("script[data-seen]").dataset.seen; // the mark of what changes and does not grow
let isWanted = false;
let isBusy = false;

// Ask for what is new, at once where that was long ago; asked often, it is asked for once.
export async function renew() {
  isWanted = true;
  if (isBusy || document.hidden) return;
  isBusy = true;
  while (isWanted && !document.hidden) {
    isWanted = false;
    const began = performance.now();
    await fetched().catch(() => { isWanted = true; });
    await new Promise((resume) => setTimeout(resume, Math.max(LEAST_PAUSE, PAUSES * (performance.now() - began))));
  }
  isBusy = false;
}

document.addEventListener("visibilitychange", () => isWanted && renew());

async function fetched() {
  const answer = await fetch(location.href, { cache: "no-store", headers: shown() });
  if (answer.status === 404) return location.reload(); // it says why
  if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
  await put(answer);
}

// What this page shows: the number of its last message, and the mark of the rest.
function shown() {
  const last = [...document.querySelectorAll('[data-live="grows"] > [id]')].at(-1);
  return { "x-after": last ? last.id.slice(1) : "0", "x-seen": seen };
}

async function put(answer) {
  if (answer.status === 204) return; // nothing is new
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of document.querySelectorAll("[data-live]")) {
    const now = page.getElementById(part.id);
    if (now) (part.dataset.live === "grows" ? grow : change)(part, now);
  }
  seen = answer.headers.get("x-seen");
}

function grow(part, now) {
  const lines = [...now.children].filter((line) => line.id && !document.getElementById(line.id));
  if (lines.length) for (const line of [...part.children]) if (!line.id) line.remove(); // "nothing yet"
  part.append(...lines);
}

function change(part, now) {
  const focused = part.contains(document.activeElement) ? document.activeElement.id : "";
  part.replaceChildren(...now.childNodes);
  if (focused) document.getElementById(focused)?.focus();
}

let isSending = false;

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("form[data-sends]");
  if (!form) return;
  event.preventDefault();
  if (isSending) return;
  isSending = true;
  const isSent = await send(form).catch(() => false);
  isSending = false;
  if (!isSent) form.submit(); // it has its number: sent twice it is there once
});

async function send(form) {
  const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), headers: shown() });
  if (!answer.ok || answer.redirected) return false;
  await put(answer);
  for (const field of form.querySelectorAll("textarea, [name=from_library]")) field.value = "";
  form.elements.client_id.value = Array.from(crypto.getRandomValues(new Uint8Array(9)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  document.querySelector("main [role=alert]")?.remove(); // what was refused before has been sent now
  return true;
}
