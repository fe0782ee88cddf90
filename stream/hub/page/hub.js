// Talking to the hub: requests that answer with a sentence when they fail, and one websocket that comes back by itself.

/** What the hub said no to: `status` (0: it did not answer), a sentence, and further fields of the answer. */
export class Refusal extends Error {
  constructor(status, body) {
    super(body.error ?? "The hub did not answer.");
    this.status = status;
    this.body = body;
  }
}

/** A request to the API, with a body as JSON, or a file as it is; throws `Refusal`. */
export async function ask(method, path, body) {
  const isFile = body instanceof Blob;
  let response;
  try {
    response = await fetch(`/api/v1${path}`, {
      method,
      headers: body === undefined ? {} : { "content-type": isFile ? body.type : "application/json" },
      body: body === undefined || isFile ? body : JSON.stringify(body),
      signal: AbortSignal.timeout(isFile ? 30_000 : 8000),
    });
  } catch {
    throw new Refusal(0, { error: "The hub does not answer. Is the network there?" });
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Refusal(response.status, answer);
  return answer;
}

const GREETED_MS = 10_000;

/**
 * The tablet's websocket. Handlers: `heard(channel, data)`, `pictured(head, blob)`, `linked(isOpen)`, `signedOut()`.
 * Hub time is estimated from every greeting, and from what follows soon: what came sooner knows it better. `now()` gives it.
 */
export class Link {
  constructor(path, handlers) {
    this.path = path;
    this.handlers = handlers;
    this.offset = 0;
    this.wait = 250;
    this.heardAt = 0;
    this.open();
  }

  now() {
    return performance.now() + this.offset;
  }

  /** Tell the hub that somebody has touched the page, at most every twenty seconds. */
  touch() {
    const now = performance.now();
    if (this.socket?.readyState === WebSocket.OPEN && now - (this.touchedAt ?? -1e9) > 20_000) {
      this.touchedAt = now;
      this.socket.send("touch");
    }
  }

  close() {
    this.closed = true;
    clearTimeout(this.timer);
    this.socket?.close();
  }

  open() {
    if (this.closed) return;
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = (this.socket = new WebSocket(`${scheme}//${location.host}${this.path}`));
    socket.binaryType = "arraybuffer";
    // A network that swallows everything would keep a new socket waiting for minutes.
    const patience = setTimeout(() => socket.close(), 5000);
    socket.onopen = () => {
      clearTimeout(patience);
      this.wait = 250;
      this.heardAt = performance.now();
      this.handlers.linked?.(true);
    };
    socket.onmessage = ({ data }) => {
      if (socket !== this.socket) return;
      this.heardAt = performance.now();
      if (typeof data !== "string") return this.picture(data);
      const { channel, data: told } = JSON.parse(data);
      this.estimate(channel, told);
      this.handlers.heard?.(channel, told);
    };
    socket.onclose = ({ code }) => {
      clearTimeout(patience);
      if (this.closed || socket !== this.socket) return;
      this.handlers.linked?.(false);
      if (code === 4401) return this.handlers.signedOut?.();
      this.timer = setTimeout(() => this.again(), this.wait * (0.8 + 0.4 * Math.random()));
      this.wait = Math.min(4000, this.wait * 2);
    };
  }

  estimate(channel, told) {
    if (channel === "hello") {
      this.offset = told.now - this.heardAt;
      this.greetedAt = this.heardAt;
    } else if (channel === "walls" && this.heardAt - this.greetedAt < GREETED_MS) this.offset = Math.max(this.offset, told.at - this.heardAt);
  }

  /** Before another try: a hub that answers but does not know us any more wants the PIN. */
  async again() {
    try {
      await ask("GET", "/session");
    } catch (refusal) {
      if (refusal.status === 401) return this.handlers.signedOut?.();
    }
    this.open();
  }

  picture(frame) {
    const length = new DataView(frame).getUint32(0, true);
    const head = JSON.parse(new TextDecoder().decode(new Uint8Array(frame, 4, length)));
    this.handlers.pictured?.(head, new Blob([new Uint8Array(frame, 4 + length)], { type: "image/jpeg" }));
  }
}
