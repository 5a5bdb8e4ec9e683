// Keys for people who do this all day: j and k walk through the page's list, Enter opens, ? shows this list,
// Ctrl or Cmd with K goes to the search, with Enter in a letter sends it, Escape closes a menu. Single keys rest while somebody types, and can be turned off for good.
const OFF = "tillit-keys-off";
const list = document.getElementById("keys");
const toggle = list?.querySelector("input");

// Every list of things to open. A row without anything to open, or inside a closed fold, is passed over.
const LINES = ["tbody tr", ".rows > li", ".cases > li", ".ways > li", ".funnel > li", ".timeline li"];
const stops = () => [...document.querySelectorAll(`main :is(${LINES.join(", ")})`)]
  .map((row) => row.querySelector("a[href], button, summary"))
  .filter((target) => target && target.checkVisibility());

function walk(step) {
  const targets = stops();
  if (!targets.length) return;
  const here = targets.findIndex((target) => target === document.activeElement);
  const next = here < 0 ? (step > 0 ? 0 : targets.length - 1) : here + step;
  targets[Math.max(0, Math.min(next, targets.length - 1))].focus();
}

const isTyping = (target) => target.closest("input, select, textarea, [contenteditable]") !== null;

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    const search = document.getElementById("search");
    if (search) { event.preventDefault(); search.focus(); search.select(); }
    return;
  }
  if ((event.ctrlKey || event.metaKey) && event.key === "Enter" && event.target.matches("textarea")) {
    event.preventDefault();
    event.target.form?.requestSubmit();
    return;
  }
  const menu = document.querySelector(".menu[open]");
  if (event.key === "Escape" && menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  if (event.key === "?") { list?.showModal(); return; }
  if (localStorage.getItem(OFF) || list?.open) return;
  if (event.key === "j") walk(1);
  if (event.key === "k") walk(-1);
});

const opener = document.getElementById("show-keys");
if (list && opener) {
  opener.hidden = false;
  opener.addEventListener("click", () => list.showModal());
}

if (toggle) {
  toggle.checked = !localStorage.getItem(OFF);
  toggle.addEventListener("change", () => {
    if (toggle.checked) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, "1");
  });
}
