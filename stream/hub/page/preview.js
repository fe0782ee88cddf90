// The preview: what a layout would show with the present data, drawn by a wall of its own that lives while somebody looks.

import { ask } from "./hub.js";

const AGAIN_MS = 4000;

export class Preview {
  /** `shown(url, layout)` hears of each picture ("" for none yet), `failed(sentence)` of why there is none, "" when that is over. */
  constructor({ shown, failed }) {
    Object.assign(this, { shown, failed });
    this.layout = "";
    this.told = ""; // why there is none
    this.url = "";
  }

  /** Look at a layout; "" ends it. */
  look(layout) {
    if (layout === this.layout) return;
    this.layout = layout;
    this.told = "";
    this.show("");
    clearTimeout(this.timer);
    if (layout) this.ask();
    else ask("DELETE", "/preview").catch(() => {});
  }

  /** The hub hears again and again that somebody looks; without that the preview's wall ends by itself. */
  async ask() {
    const { layout } = this;
    const refusal = await ask("PUT", "/preview", { layout }).then(() => null, (refused) => refused);
    if (layout !== this.layout) return;
    const sentence = refusal?.message ?? "";
    if (sentence !== this.told) this.failed(sentence);
    this.told = sentence;
    const lasts = refusal && ![0, 409, 423].includes(refusal.status); // another desk looks, or the hub is away: not for long
    if (!lasts) this.timer = setTimeout(() => this.ask(), AGAIN_MS);
  }

  /** A picture of a preview has come. */
  pictured(head, blob) {
    if (head.preview === this.layout) this.show(URL.createObjectURL(blob));
  }

  show(url) {
    if (this.url) URL.revokeObjectURL(this.url);
    this.url = url;
    this.shown(url, this.layout);
  }
}
