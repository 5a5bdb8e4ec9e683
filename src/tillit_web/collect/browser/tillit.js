// tillit.js: counts pages, and follows a visitor only as far as the visitor agreed. No cookie, and nothing is written to
// the device before tillit.consent(true). Served without these comments; see tillit_web/collect/snippet.py.
//
//   <script async src="https://tillit.example/tillit.js" data-key="…"></script>
//
// Before consent every event stands alone: no id ties two of them together. Whoever serves this writes the company's
// choice into the first line; where it is count_only, nothing is ever kept, whatever was agreed.
(() => {
  const measured = "with_consent";
  const script = document.currentScript || document.querySelector("script[data-key]");
  const early = window.tillit || [];
  if (!script || early.track) return;
  const { key, host = new URL(script.src).origin } = script.dataset;
  const address = host + "/v1/batch";
  const refused = [navigator.globalPrivacyControl, navigator.doNotTrack, window.doNotTrack]
    .some((sign) => /^(1|yes|true)$/.test(sign));
  const now = () => new Date().toISOString();
  const random = () =>
    Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, 0)).join("");
  const on = (where, name, act) => where.addEventListener(name, act, true);

  // The id that consent allows. It begins with when it was made: after 13 months it is forgotten. Storage may be
  // forbidden altogether; then consent lasts as long as the page. Who refuses is not even looked up.
  const storage = (use) => { try { return use(localStorage); } catch (forbidden) {} };
  const never = refused || measured == "count_only";
  let agreed = never || storage((place) => place.tillit);
  let no = agreed == "no";
  if (!(Date.now() - parseInt(agreed, 36) < 34128e6)) agreed = "";
  let known;

  let queue = [], sending = [], failures = 0, timer;
  const body = (batch) => JSON.stringify({ writeKey: key, sentAt: now(), batch });
  const later = (milliseconds) => { clearTimeout(timer); timer = setTimeout(send, milliseconds); };

  // What fails is sent again with the same messageId, from memory, less and less often. What is refused is not.
  const send = () => {
    if (sending[0] || !queue[0]) return;
    sending = queue.splice(0, 20);
    fetch(address, { method: "POST", body: body(sending), credentials: "omit" }).then(({ ok, status }) => {
      if (status > 499 || status == 429) throw status;
      if (!ok) console.warn("tillit: " + status);
      failures = 0;
    }).catch(() => {
      failures++;
      queue = sending.concat(queue).slice(0, 200);
    }).then(() => {
      sending = [];
      if (queue[0]) later(failures && Math.min(6e4, 500 * 2 ** failures));
    });
  };

  // The page may never wake again: what is on its way is handed over too, and counted once by its messageId.
  const leave = () => {
    const batch = sending.concat(queue);
    while (batch[0] && navigator.sendBeacon(address, body(batch.slice(0, 20)))) batch.splice(0, 20);
    queue = batch;
  };

  const add = (type, fields, context) => {
    if (refused || no) return;
    const messageId = random(), campaign = {};
    new URLSearchParams(location.search).forEach((value, name) => {
      if (/^utm_/.test(name)) campaign[name == "utm_campaign" ? "name" : name.slice(4)] = value;
    });
    queue.push({
      type, messageId, ...fields, anonymousId: agreed || void 0, timestamp: now(),
      context: {
        page: page(), campaign, webdriver: navigator.webdriver,
        library: { name: "tillit.js", version: 1 }, ...context,
      },
    });
    later(failures ? 5e3 : 100);
  };
  const track = (event, properties = {}, context) => add("track", { event, properties }, context);

  // Single-page apps: a page is a path, or a route behind #/. Several changes at once are one page.
  let shown, referrer = document.referrer, look;
  const page = () => ({ url: location.href, path: location.pathname, title: document.title, referrer });
  const where = () => location.pathname + (/^#!?\//.test(location.hash) ? location.hash.split("?")[0] : "");
  const view = () => {
    if (shown != null) abandon();
    shown = where();
    add("page", { properties: page() });
    referrer = location.href;
  };
  const moved = () => { clearTimeout(look); look = setTimeout(() => shown != where() && view()); };
  for (const name of ["pushState", "replaceState"]) {
    const change = history[name];
    history[name] = function () { change.apply(this, arguments); moved(); };
  }
  on(window, "popstate", moved);
  on(window, "hashchange", moved);
  on(window, "pageshow", (event) => event.persisted && view());

  // Links that lead away, telephone and mail included; never whom they call.
  const click = ({ target }) => {
    const { protocol, host: there, origin, pathname } = (target.closest && target.closest("a[href]")) || {};
    if (/^(https?|tel|mailto):$/.test(protocol) && there != location.host) {
      track("Outbound Link Clicked", { url: there ? origin + pathname : protocol });
    }
  };
  on(document, "click", click);
  on(document, "auxclick", click);

  // Forms: that one was sent, or how many fields were filled in before it was left. No value is ever read.
  const touched = new Map();
  const name = (element) => ({ form: element.getAttribute("id") || element.getAttribute("name") || "" });
  const abandon = () => {
    touched.forEach((fields, element) => track("Form Abandoned", { ...name(element), fields: fields.size }));
    touched.clear();
  };
  on(document, "input", ({ target }) => {
    const { form } = target;
    if (form) touched.set(form, (touched.get(form) || new Set()).add(target));
  });
  on(document, "submit", ({ target }) => { touched.delete(target); track("Form Submitted", name(target)); });

  on(document, "visibilitychange", () => document.hidden && leave());
  on(window, "pagehide", () => { abandon(); leave(); });

  // Who it is may be said at any time; it is sent once consent is there.
  const identify = (userId, traits = {}, context) => {
    known = [userId, traits, context];
    if (agreed) add("identify", { userId, traits }, context);
  };
  // A no is remembered only where visits are measured without a yes: there it is what keeps a browser out.
  const consent = (given, details = {}) => {
    if (never) return;
    if (given) {
      no = 0;
      agreed = agreed || Date.now().toString(36) + "." + random();
      storage((place) => place.tillit = agreed);
    }
    if (agreed) track(given ? "Consent Given" : "Consent Withdrawn", details);
    if (given) known && identify(...known);
    else {
      agreed = known = "";
      no = measured == "own_audience";
      storage((place) => no ? place.tillit = "no" : delete place.tillit);
    }
  };

  const api = window.tillit = { track, identify, consent, push: ([name, ...rest]) => api[name](...rest) };
  early.forEach(api.push);
  document.prerendering ? on(document, "prerenderingchange", moved) : moved();
})();
