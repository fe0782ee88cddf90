// Features: a post that stands large on one screen until it is released.

import { h, keyed, one, write } from "./dom.js";
import { age } from "./words.js";

export class Features {
  /** `settled` asks for a decision and offers to take it back; `text(id)` is what a post says, as far as the page knows it. */
  constructor(desk, { may, now, settled, text }) {
    Object.assign(this, { desk, may, now, settled, text });
    this.featured = [];
    this.screens = 6;
  }

  heard({ featured }) {
    this.featured = featured;
    this.draw();
  }

  on(id) {
    return this.featured.find(({ post }) => post === id)?.screen ?? 0;
  }

  draw() {
    const place = one("[data-featured]", this.desk);
    place.hidden = !this.featured.length;
    keyed(place, this.featured, ({ screen, post }) => `${screen} ${post}`, ({ screen }) => this.row(screen), (row, { screen, post, by, since }) => {
      write(one("strong", row), `Screen ${screen}`);
      write(one(".feature-text", row), this.text(post) ?? "a post that is not listed any more");
      write(one(".quiet", row), `large, by ${by}, ${age(this.now() - since)}`);
    });
  }

  row(screen) {
    const row = h("p", { className: "row feature" }, h("strong", {}), h("span", { className: "feature-text", dir: "auto" }), h("span", { className: "quiet" }));
    if (this.may) row.append(h("button", { type: "button", className: "plain", onclick: () => this.put(screen, null) }, "Release"));
    return row;
  }

  put(screen, id) {
    return this.settled("PUT", "/moderation/feature", { screen, id }, id ? `Large on screen ${screen}` : `Screen ${screen} is released`, []);
  }

  /** Ask on which screen, as they hang. */
  choose(post) {
    const here = this.on(post.id);
    if (here) return this.put(here, null);
    const menu = h("div", { className: "menu feature-menu", popover: "auto", role: "dialog", "aria-label": "Show it large on a screen" },
      h("p", {}, "Show it large on screen"),
      h("div", { className: "feature-screens" }, Array.from({ length: this.screens }, (_, i) => h("button", { type: "button", className: "plain", "aria-label": `Screen ${i + 1}`, onclick: () => { menu.hidePopover(); this.put(i + 1, post.id); } }, String(i + 1)))));
    one(".feature-screens", menu).style.gridTemplateColumns = `repeat(${this.columns ?? 3}, minmax(0, 1fr))`;
    menu.addEventListener("toggle", (event) => { if (event.newState === "closed") menu.remove(); });
    document.body.append(menu);
    menu.showPopover();
    one(".feature-screens button", menu).focus();
  }

  hang(grid) {
    this.columns = grid.columns;
    this.screens = grid.columns * grid.rows;
  }
}
