// On air: which layout and why, the tiles, and taking another one.

import { ask } from "./hub.js";
import { all, h, keyed, one, write } from "./dom.js";
import { Back } from "./back.js";
import { Controls } from "./controls.js";
import { diagram } from "./diagram.js";
import { Preview } from "./preview.js";
import { over, spoken, why } from "./words.js";

export class Air {
  /** `desk` is the page's root; `may` whether this role takes layouts; `refused` hears of every refusal first. */
  constructor(desk, shared) {
    const { may, now, refused } = shared;
    Object.assign(this, { desk, may, now, refused });
    this.layouts = [];
    this.onAir = null;
    this.chosen = null;
    this.taking = null;
    this.waits = false; // something was taken that another thing stands over
    this.plan = null;
    this.controls = new Controls(desk, shared);
    this.back = new Back(desk, shared);
    this.preview = new Preview({ shown: (url) => this.previewed(url), failed: (sentence) => this.unseen(sentence) });
    this.channels = {
      on_air: (told) => this.heard(told),
      programme: (told) => { this.plan = told; this.controls.planned(told); this.tick(); },
      agenda: (told) => { this.agenda = told; },
      ...this.back.channels,
    };
    for (const button of all("[data-take]", desk)) button.addEventListener("click", () => this.take());
    one("[data-programme]", desk).addEventListener("click", () => this.goBack());
  }

  async load(grid) {
    this.grid = grid;
    try {
      this.layouts = (await ask("GET", "/layouts")).layouts;
    } catch (refusal) {
      this.refused(refusal);
    }
    this.draw();
  }

  /** The hub says what is on air. */
  heard(onAir) {
    this.onAir = onAir;
    if (this.taking && onAir.layout === this.taking && !onAir.panic) this.taking = null;
    if (this.waits && !over(onAir)) {
      this.waits = false;
      this.say("");
    }
    if (this.chosen === onAir.layout) this.chosen = null;
    if (!this.layouts.some((layout) => layout.name === onAir.layout) && this.grid) this.load(this.grid);
    this.draw();
  }

  choose(layout) {
    if (!this.may) return this.say("Your PIN lets you watch. A moderator's takes layouts.");
    this.chosen = layout.name === this.onAir?.layout || layout.name === this.chosen ? null : layout.name;
    this.say("");
    this.draw();
    if (this.chosen) one("[data-next]", this.desk).scrollIntoView({ block: "nearest" }); // it stands above the tiles
  }

  async take(anyway = false) {
    if (!this.chosen || !this.onAir) return;
    const layout = this.chosen;
    this.taking = layout;
    this.say("");
    this.draw();
    try {
      const air = await ask("PUT", "/layout", { layout, rev: this.onAir.rev });
      if (!this.onAir || air.rev >= this.onAir.rev) this.heard(air);
      if (over(air)) this.later(layout, over(air));
    } catch (refusal) {
      this.taking = null;
      if (refusal.status === 409 && !anyway) this.conflict(refusal, layout);
      else if (!this.refused(refusal)) this.say(refusal.message, true);
      this.draw();
    }
  }

  /** It is taken, and something stands over it until `end`. */
  later(layout, end) {
    this.taking = this.chosen = null;
    this.waits = true;
    this.say(`${spoken(layout)} is taken. The wall turns to it when ${end}.`);
    this.draw();
  }

  /** Somebody was quicker: say who, and let them decide again with both eyes open. */
  conflict(refusal, layout) {
    if (refusal.body.rev > this.onAir.rev) this.onAir = { ...this.onAir, rev: refusal.body.rev };
    const again = h("button", { type: "button", className: "plain", onclick: () => { this.chosen = layout; this.take(true); } }, "Take it anyway");
    const leave = h("button", { type: "button", className: "plain", onclick: () => { this.chosen = null; this.say(""); this.draw(); } }, "Leave it");
    this.say([h("span", {}, refusal.message), again, leave], true);
  }

  async goBack() {
    try {
      this.heard(await ask("DELETE", "/layout"));
    } catch (refusal) {
      if (!this.refused(refusal)) this.say(refusal.message, true);
    }
  }

  /** A sentence, or elements, in sight of who has scrolled down to the tiles. */
  say(words, isFault = false) {
    const place = one("[data-say]", this.desk);
    place.replaceChildren(...[words].flat());
    place.classList.toggle("fault", isFault);
    if (words) place.scrollIntoView({ block: "nearest" });
  }

  draw() {
    const { desk, onAir } = this;
    if (!onAir) return;
    const now = one(".now", desk);
    now.classList.toggle("taking", Boolean(this.taking));
    now.classList.toggle("panic", onAir.panic);
    now.classList.toggle("past", Boolean(onAir.back));
    write(one(".tag", now), onAir.panic ? "Safe scene" : this.taking ? "Taking" : onAir.back ? "Looking back" : "On air");
    write(one("[data-now-title]", desk), onAir.panic ? `instead of ${spoken(onAir.layout)}` : spoken(this.taking ?? onAir.layout));
    this.tick();
    one("[data-programme]", desk).hidden = !(this.may && onAir.why === "take" && !onAir.back && !this.taking);
    this.controls.draw();
    this.back.draw();
    this.drawNext();
    keyed(one("[data-tiles]", desk), this.layouts, (layout) => `${layout.name}:${JSON.stringify(layout.panels)}`, (layout) => this.tile(layout), (tile, layout) => {
      const air = layout.name === onAir.layout && !onAir.panic;
      tile.classList.toggle("on-air", air && !this.taking);
      tile.classList.toggle("chosen", layout.name === (this.taking ?? this.chosen));
      tile.setAttribute("aria-pressed", String(layout.name === this.chosen));
      write(one(".tile-state", tile), air ? "On air" : layout.name === this.chosen ? "Next" : "");
    });
  }

  drawNext() {
    const layout = this.layouts.find(({ name }) => name === this.chosen);
    const next = one("[data-next]", this.desk);
    const name = this.chosen ?? "";
    if (next.dataset.shown !== name) {
      next.dataset.shown = name;
      const card = one("[data-next-card]", this.desk);
      const hint = this.may ? "Choose what comes next" : "You are watching";
      this.preview.look(layout && this.may ? name : "");
      const words = layout
        ? [h("div", { className: "next-picture" }, diagram(layout, this.grid), h("img", { alt: "", hidden: true })), h("div", { className: "next-words" }, h("span", { className: "tag next-tag" }, "Next"), h("strong", {}, spoken(layout.name)), h("span", { className: "quiet" }, layout.title || captions(layout)))]
        : [h("p", { className: "quiet" }, hint)];
      card.replaceChildren(...words);
    }
    for (const button of all("[data-take]", this.desk)) {
      button.disabled = !this.may || !layout || Boolean(this.taking);
      const small = button.classList.contains("small-take");
      write(button, this.taking ? "Taking…" : small && layout ? `Take ${spoken(layout.name)}` : "Take");
      button.setAttribute("aria-label", layout ? `Take ${spoken(layout.name)}` : "Take: choose a layout first");
    }
  }

  /** A picture of what is next, with the present data. */
  previewed(url) {
    const image = one(".next-picture img", this.desk);
    if (!image) return;
    image.hidden = !url;
    if (url) {
      image.src = url;
      image.alt = `${spoken(this.chosen ?? "")} as it would look now`;
    }
  }

  unseen(sentence) {
    if (this.chosen) this.say(sentence);
  }

  tile(layout) {
    const words = h("span", { className: "tile-words" }, h("span", { className: "tile-title" }, spoken(layout.name)), h("span", { className: "tile-state" }));
    return h("button", { type: "button", className: "tile", title: captions(layout), onclick: () => this.choose(layout) }, diagram(layout, this.grid), words);
  }

  /** What changes with time alone. */
  tick() {
    if (!this.onAir) return;
    this.controls.tick();
    this.back.tick();
    const reason = why(this.onAir, this.now(), this.plan, this.agenda);
    write(one("[data-now-why]", this.desk), this.onAir.saved === false ? `${reason} · not saved yet` : reason);
  }
}

function captions(layout) {
  return [...new Set(layout.panels.map((panel) => panel.caption || panel.visual))].join(" · ");
}
