// tillit on a shop's own page: a button with words on it, and behind it a conversation in a frame from the company's tillit.
//
// It keeps nothing on the visitor's device, reads nothing of the page but its language, and loads nothing before the
// button is used. The page's policy needs tillit's address in script-src and frame-src, and nothing else: no inline
// style, no Trusted Types policy.
(() => {
  const script = document.currentScript;
  if (!script || !script.src || window.tillitWidget) return;
  window.tillitWidget = true;
  const own = new URL(script.src).origin;
  // The words are put here when it is served.
  const words = {};
  const asked = (script.dataset.language || document.documentElement.lang || navigator.language || "en").slice(0, 2).toLowerCase();
  const language = { no: "nb", nn: "nb" }[asked] || (words[asked] ? asked : "en");
  const say = words[language];

  const make = (name, part, text) => {
    const made = document.createElement(name);
    made.setAttribute("part", part);
    if (text) made.textContent = text;
    return made;
  };
  const host = document.createElement("div");
  host.lang = language;
  const root = host.attachShadow({ mode: "open" });
  const look = new CSSStyleSheet();
  look.replaceSync(`
    :host { all: initial; color-scheme: light dark; }
    * { box-sizing: border-box; font: 16px/1.4 -apple-system, "Segoe UI", Roboto, "Noto Sans", Arial, sans-serif; }
    button, a { color: #fff; background: #1d5946; border: 0; cursor: pointer; text-decoration: none; min-height: 44px; }
    button:focus-visible, a:focus-visible { outline: 3px solid #fff; outline-offset: -5px; }
    [part=open] { position: fixed; right: 16px; bottom: 16px; z-index: 2147483000; padding: 10px 20px; border-radius: 22px;
      box-shadow: 0 0 0 1px #fff, 0 4px 16px rgb(0 0 0 / 25%); }
    [part=panel] { position: fixed; right: 16px; bottom: 76px; z-index: 2147483000; width: 400px; height: min(640px, 100vh - 92px);
      display: flex; flex-direction: column; background: Canvas; border: 1px solid #8a8f89; border-radius: 8px; overflow: hidden;
      box-shadow: 0 8px 32px rgb(0 0 0 / 25%); }
    [part][hidden] { display: none; }
    [part=bar] { display: flex; color: #fff; background: #1d5946; }
    [part=close] { margin-left: auto; }
    [part=bar] > * { padding: 10px 16px; display: inline-flex; align-items: center; }
    [part=frame] { flex: 1; width: 100%; border: 0; }
    @media (max-width: 480px) {
      [part=panel] { inset: 0; width: auto; height: auto; border: 0; border-radius: 0; }
    }
    @media print { :host { display: none; } }`);
  root.adoptedStyleSheets = [look];

  const open = make("button", "open", say.ask);
  open.type = "button";
  open.setAttribute("aria-expanded", "false");
  const panel = make("div", "panel");
  panel.hidden = true;
  panel.setAttribute("role", "dialog");
  panel.setAttribute("aria-label", say.title);
  const bar = make("div", "bar");
  const title = make("span", "title", say.title);
  const apart = make("a", "apart", say.apart);
  apart.href = `${own}/talk/?language=${language}`;
  apart.target = "_blank";
  apart.rel = "noopener";
  const close = make("button", "close", say.close);
  close.type = "button";
  bar.append(title, apart, close);
  panel.append(bar);
  root.append(open, panel);
  let frame;

  const tell = (what) => frame?.contentWindow?.postMessage({ tillit: what }, own);
  const show = () => {
    if (!frame) {
      frame = make("iframe", "frame");
      frame.title = say.title;
      frame.referrerPolicy = "origin";
      frame.src = `${own}/widget/?language=${language}`;
      panel.append(frame);
    }
    panel.hidden = false;
    open.textContent = say.ask;
    open.setAttribute("aria-expanded", "true");
    frame.focus();
    tell("shown");
  };
  const hide = () => {
    if (panel.hidden) return;
    panel.hidden = true;
    open.setAttribute("aria-expanded", "false");
    open.focus();
    tell("hidden");
  };
  open.addEventListener("click", () => (panel.hidden ? show() : hide()));
  close.addEventListener("click", hide);
  root.addEventListener("keydown", (event) => { if (event.key === "Escape") hide(); });
  addEventListener("message", (event) => {
    if (!frame || event.source !== frame.contentWindow || event.origin !== own) return;
    const said = event.data?.tillit;
    if (said === "ready") {
      apart.hidden = true; // the frame has a link of its own, to the conversation in it
      if (!panel.hidden) tell("shown");
    }
    if (said === "close") hide();
    if (said === "new" && panel.hidden) open.textContent = say.answered;
  });

  const put = () => document.body.append(host);
  if (document.body) put();
  else addEventListener("DOMContentLoaded", put);
})();
