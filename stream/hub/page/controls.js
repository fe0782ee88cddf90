// The picture on air: hold it, clear it, send the playlist on, and take the last change back.

import { h, keyed, one, write } from "./dom.js";
import { age } from "./words.js";

/** What a subject of the programme is called when it is undone. */
const CHANGES = { layout: "what is on air", playlist: "the playlist", freeze: "the freeze", panic: "the safe scene", rewind: "the look back" };
const UNDO_MS = 15 * 60_000;

export class Controls {
  constructor(desk, { may, now, onAir, decide, refused }) {
    Object.assign(this, { desk, may, now, onAir, decide, refused });
    this.plan = null;
    this.undone = "";
    const press = (selector, act) => one(selector, desk).addEventListener("click", act);
    press("[data-freeze]", () => this.freeze());
    press("[data-fresh]", () => this.fresh());
    press("[data-go-on]", () => this.decide("POST", "/playlist/next", undefined, "Next layout"));
    press("[data-undo-air]", () => this.undo());
  }

  planned(plan) {
    this.plan = plan;
    this.draw();
  }

  freeze() {
    const on = !this.onAir()?.frozen;
    return this.decide("PUT", "/freeze", { on }, on ? "The picture is held; hides and deletions still apply" : "The picture moves again");
  }

  fresh() {
    const on = !this.plan?.fresh;
    return this.decide("PUT", "/fresh", { on }, on ? "Posts from before now are cleared from the stories" : "The earlier posts may come back");
  }

  async undo() {
    const { last } = this.onAir() ?? {};
    if (!last) return;
    this.undone = last.id;
    this.draw();
    await this.decide("POST", "/moderation/undo", { id: last.id }, "Taken back", () => { this.undone = ""; this.draw(); });
  }

  draw() {
    const air = this.onAir();
    const { desk, may } = this;
    one(".controls", desk).hidden = !may;
    if (!air || !may) return;
    const freeze = one("[data-freeze]", desk);
    freeze.setAttribute("aria-pressed", String(air.frozen));
    write(freeze, air.frozen ? "Let it move" : "Freeze");
    const fresh = one("[data-fresh]", desk);
    fresh.setAttribute("aria-pressed", String(Boolean(this.plan?.fresh)));
    write(fresh, this.plan?.fresh ? "Earlier posts back" : "Fresh start");
    one("[data-go-on]", desk).hidden = air.why !== "playlist";
    this.tick();
  }

  /** What changes with time alone. */
  tick() {
    const { last, back } = this.onAir() ?? {};
    const button = one("[data-undo-air]", this.desk);
    const old = last ? this.now() - last.at : Infinity;
    button.hidden = !this.may || Boolean(back) || old > UNDO_MS || last.id === this.undone;
    if (!button.hidden) write(button, `Undo ${CHANGES[last.subject] ?? "it"}: ${last.by}, ${old < 60_000 ? "just now" : `${age(old)} ago`}`);
  }
}

/** The age of each screen's picture in words, for the eye and for screen readers. */
export function drawAges(place, ages) {
  keyed(place, ages, ({ number }) => number, () => h("span", { className: "age" }, h("b", {}), h("span", {})), (element, { number, ms, dead }) => {
    write(one("b", element), String(number));
    write(one("span", element), dead ? "no answer" : ms === null ? "no picture" : age(ms));
    element.className = `age ${dead || ms === null || ms > 5000 ? "is-old" : ""}`;
    element.setAttribute("aria-label", `Screen ${number}: ${dead ? "does not answer" : ms === null ? "no picture yet" : `picture ${age(ms)} old`}`);
    element.setAttribute("role", "img");
  });
}
