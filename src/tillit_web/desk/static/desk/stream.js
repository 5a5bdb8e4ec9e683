// One conversation, followed as it happens: server-sent events read with fetch, since EventSource cannot send the bearer
// token and an address would put it into every log on the way.

const LONGEST_PAUSE = 30_000;

// Calls `on[name](data)` for each event, in order and once, for as long as the page lives; `on.lost(true)` while there
// is no connection. `after` is the number of the last message that is known already.
export async function follow(address, token, after, on) {
  let last = after;
  let pause = 2_000;
  for (;;) {
    try {
      const answer = await fetch(address, {
        headers: { authorization: `Bearer ${token}`, accept: "text/event-stream", "last-event-id": String(last) },
        credentials: "omit",
        cache: "no-store",
      });
      if (answer.status === 401 || answer.status === 404) return on.end?.();
      if (!answer.ok) throw new Error(String(answer.status));
      on.lost?.(false);
      for await (const event of events(answer.body)) {
        if (event.retry) pause = event.retry;
        if (event.name === "end") return on.end?.();
        if (event.id !== undefined) last = event.id;
        if (event.name) on[event.name]?.(JSON.parse(event.data));
      }
    } catch {
      on.lost?.(true);
      pause = Math.min(pause * 2, LONGEST_PAUSE);
    }
    // Not all at once after a restart of the server.
    await new Promise((resume) => setTimeout(resume, pause * (0.5 + Math.random())));
  }
}

async function* events(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    text += value;
    const blocks = text.split("\n\n");
    text = blocks.pop();
    for (const block of blocks) {
      const event = {};
      for (const line of block.split("\n")) {
        const [, field, rest] = /^(\w+): (.*)$/.exec(line) ?? [];
        if (field === "event") event.name = rest;
        if (field === "data") event.data = rest;
        if (field === "id") event.id = Number(rest);
        if (field === "retry") event.retry = Number(rest);
      }
      yield event;
    }
  }
}
