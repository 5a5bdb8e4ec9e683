// The desk, live: what changed is told by the stream, and the page's parts are made new. One tab of a browser listens
// for all of them, since a browser opens six connections to a server and no more.
import { renew } from "./renew.js";

const NAME = "tillit-desk";
const stream = document.querySelector("script[data-stream]").dataset.stream;
const own = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/.exec(location.pathname)?.[0];
const here = new BroadcastChannel(NAME);

// A conversation's page follows its own; the queue follows all. What names no conversation may be any.
function tell({ conversation }) {
  if (!own || !conversation || conversation === own) renew();
}

function listen() {
  const source = new EventSource(stream);
  source.addEventListener("changed", (event) => {
    const what = JSON.parse(event.data);
    here.postMessage(what);
    tell(what);
  });
  source.addEventListener("end", () => source.close());
  // A broken connection is opened again by itself; an answer that is no stream, such as a proxy's while tillit starts, is not.
  source.addEventListener("error", () => source.readyState === EventSource.CLOSED && setTimeout(listen, 10_000));
  return new Promise(() => {}); // as long as this tab lives
}

// Beside the conversation the briefing is open; where it would stand above or below, it is folded.
const briefing = document.querySelector(".briefing");
if (briefing && matchMedia("(max-width: 62rem)").matches) briefing.open = false;

here.addEventListener("message", (event) => tell(event.data));
// Without a secure context (a name in the local network) there are no locks, and each tab listens for itself.
if (navigator.locks) navigator.locks.request(NAME, listen);
else listen();
