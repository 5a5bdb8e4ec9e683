// The conversation in its frame. What opens it is kept in memory alone, unless the customer asks to keep it while they
// look at other pages: then in this tab's storage, and nowhere else. Without this script the form opens the same
// conversation on a page of its own.
import { follow } from "./stream.js";

const KEPT = "tillit-conversation";
const MESSAGES = "/v1/talk/messages";
const EVENTS = "/v1/talk/events";
const talk = document.getElementById("talk");
const log = document.getElementById("said");
const state = document.getElementById("state");
const form = document.getElementById("ask");
const field = document.getElementById("text");
const person = document.getElementById("person");
const keep = document.getElementById("keep");
const apart = document.getElementById("apart");
const shown = new Set();
const words = talk.dataset;
let token; // made here, so that what is sent again after a lost answer opens the same conversation
let isFollowed = false;
let last = 0;
let pending; // what is being sent, with its id: sent again it is the same message
let isSending = false;
let isHidden = false;
let standing = "";

const outside = (what, more) => parent !== self && parent.postMessage({ tillit: what, ...more }, "*"); // says nothing of anybody

function tell(text, isTrouble = false) {
  state.textContent = text;
  state.classList.toggle("trouble", isTrouble);
}

function show(message) {
  if (shown.has(message.id)) return;
  shown.add(message.id);
  last = Math.max(last, message.id);
  const line = document.getElementById("one").content.firstElementChild.cloneNode(true);
  line.classList.add(message.by);
  const by = line.querySelector(".by");
  by.classList.add(message.by);
  by.textContent = { customer: words.you, machine: words.machine, person: message.name || words.person }[message.by];
  const time = line.querySelector("time");
  time.dateTime = message.at;
  time.textContent = message.clock;
  const said = line.querySelector(".words");
  said.innerHTML = message.html; // made harmless where it is made; what strangers wrote holds no mark-up at all
  for (const link of said.querySelectorAll("a")) { link.target = "_blank"; link.rel = "noopener"; }
  if (message.source) {
    const source = document.createElement("p");
    const link = document.createElement("a");
    Object.assign(link, { href: message.source.path, textContent: message.source.title, target: "_blank", rel: "noopener" });
    source.append(link);
    said.append(source);
  }
  log.append(line);
  line.scrollIntoView({ block: "nearest" });
  if (isHidden && message.by !== "customer") outside("new");
}

function stand(now) {
  document.getElementById("wait").textContent = now.wait;
  talk.classList.add("begun");
  person.hidden = now.owner === "desk" || now.owner === "person";
  document.getElementById("by-machine").hidden = now.owner === "person";
  document.getElementById("by-person").hidden = now.owner !== "person";
  standing = now.said;
  tell(standing);
}

function take(found) {
  found.messages.forEach(show);
  stand(found.standing);
  apart.href = found.page;
  remember();
  if (!isFollowed) go();
}

function go() {
  isFollowed = true;
  follow(EVENTS, token, last, {
    message: show,
    standing: stand,
    lost: (isLost) => tell(isLost ? words.lost : standing, isLost),
    end: over,
  });
}

function over() {
  token = undefined;
  isFollowed = false;
  remember();
  tell(words.gone, true);
  person.hidden = false;
}

async function call(method, query, body) {
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const answer = await fetch(MESSAGES + query, { method, headers, body, credentials: "omit", cache: "no-store" });
  const found = await answer.json();
  if (!answer.ok) throw Object.assign(new Error(found.code), { code: found.code });
  return found;
}

// Not randomUUID: a shop without TLS takes the frame's secure context away, and with it that function.
const fresh = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

async function send(wantsPerson) {
  const text = field.value.trim();
  if (isSending || (!text && !wantsPerson)) return;
  if (pending?.text !== text) pending = { id: fresh(), text };
  token ??= fresh() + fresh();
  isSending = true;
  tell(words.sending);
  try {
    const body = { ...pending, person: wantsPerson, language: words.language, after: last };
    take(await call("POST", "", JSON.stringify(body)));
    pending = undefined;
    field.value = "";
  } catch (failed) {
    tell({ text_long: words.tooLong, limit_reached: words.slow }[failed.code] ?? words.notSent, true);
  }
  isSending = false;
  field.focus();
}

function remember() {
  try {
    if (keep.checked && token) sessionStorage.setItem(KEPT, token);
    else sessionStorage.removeItem(KEPT);
  } catch {
    document.getElementById("kept").hidden = true; // a browser that keeps nothing for frames
  }
}

async function recall() {
  try {
    token = sessionStorage.getItem(KEPT) ?? undefined;
  } catch {
    document.getElementById("kept").hidden = true;
  }
  if (!token) return;
  keep.checked = true;
  try {
    take(await call("GET", ""));
  } catch (failed) {
    if (failed.code === "token_unknown") over();
    else go();
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  send(event.submitter === person);
});
field.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    form.requestSubmit(form.querySelector(".filled"));
  }
});
keep.addEventListener("change", remember);
document.addEventListener("keydown", (event) => event.key === "Escape" && outside("close"));
addEventListener("message", (event) => {
  if (event.source !== parent || parent === self) return;
  isHidden = event.data?.tillit === "hidden";
  if (event.data?.tillit === "shown") field.focus();
});
recall();
outside("ready");
