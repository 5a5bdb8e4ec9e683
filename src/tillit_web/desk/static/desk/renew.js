// Parts of a page made new from the page itself, so that what is sent at first and what comes later never differ.
//
// <… id="…" data-live="grows">: lines that are not there yet are added, which a screen reader hears as news.
// <… id="…" data-live="changes">: its content is put in place of the old; what has the focus keeps it by its id.
const LEAST_PAUSE = 800;
const PAUSES = 3; // as many times as the page took to come: who asks a busy server asks less often

let isWanted = false;
let isBusy = false;

// Ask for the page anew, at once where that was long ago; asked often, it is asked for once.
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
  const answer = await fetch(location.href, { cache: "no-store" });
  if (answer.status === 404) return location.reload(); // it says why
  if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of document.querySelectorAll("[data-live]")) {
    const now = page.getElementById(part.id);
    if (now) (part.dataset.live === "grows" ? grow : change)(part, now);
  }
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
