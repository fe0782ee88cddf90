// The preview: what a layout would show with the present data, drawn by a wall of its own that lives while somebody looks.

import { ask } from "./hub.js";

const AGAIN_MS = 4000;

export class Preview {
  /** `shown(url, layout)` hears of each picture ("" for none yet), `failed(sentence)` of why there is none. */
  constructor({ shown, failed }) {
    Object.assign(this, { shown, failed });
    this.layout = "";
    this.url = "";
  }

  /** Look at a layout; "" ends it. */
  look(layout) {
    if (layout === this.layout) return;
    this.layout = layout;
    this.show("");
    clearTimeout(this.timer);
    if (layout) this.ask();
    else ask("DELETE", "/preview").catch(() => {});
  }

  /** The hub hears again and again that somebody looks; without that the preview's wall ends by itself. */
  async ask() {
    const { layout } = this;
    try {
      await ask("PUT", "/preview", { layout });
    } catch (refusal) {
      if (layout === this.layout) this.failed(refusal.message);
      return;
    }
    if (layout === this.layout) this.timer = setTimeout(() => this.ask(), AGAIN_MS);
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
