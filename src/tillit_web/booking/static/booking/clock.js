// Times where the reader is, beside those on the company's clock; only where the two differ.
const language = document.documentElement.lang;
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const clock = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
const dated = { ...clock, weekday: "short", day: "numeric", month: "short" };

let differs = false;
for (const room of document.querySelectorAll(".own-clock")) {
  const at = new Date(room.dataset.at);
  if (-at.getTimezoneOffset() === Number(room.dataset.minutes)) continue;
  const day = [at.getFullYear(), at.getMonth() + 1, at.getDate()].map((part) => String(part).padStart(2, "0")).join("-");
  room.querySelector("time").textContent = at.toLocaleString(language, day === room.dataset.day ? clock : dated);
  room.hidden = false;
  differs = true;
}
if (differs) {
  for (const note of document.querySelectorAll(".own-clock-note")) note.hidden = false;
  // What they would choose anyway; it stands in the form, where they can choose another.
  const choice = document.querySelector("select[name=zone]");
  if (choice && !choice.value && [...choice.options].some((option) => option.value === zone)) choice.value = zone;
}
