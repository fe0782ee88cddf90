// The safe scene: always one tap away, released by two, and it names every screen that has not confirmed.

import { ask } from "./hub.js";
import { write } from "./dom.js";
import { list } from "./words.js";

const ARMED_MS = 4000;
const CONFIRM_MS = 1000;
const TRIES = 20;

export class Safe {
  /** `tell(key, sentence, kind)` puts a bar on the page, an empty sentence takes it away. */
  constructor(button, { may, tell, refused, heard, now }) {
    Object.assign(this, { button, may, tell, refused, told: heard, now });
    this.onAir = null;
    this.walls = [];
    this.asked = null;
    button.addEventListener("click", () => this.press());
  }

  heard(onAir) {
    this.onAir = onAir;
    if (this.asked === onAir.panic) this.asked = null;
    this.draw();
  }

  /** What the walls say, for naming those that do not show the safe scene yet. */
  shown(walls) {
    this.walls = walls;
    this.draw();
  }

  press() {
    if (!this.may) return this.tell("safe", "The safe scene needs a moderator's PIN, or the panic key at the wall.", "fault");
    const on = this.onAir?.panic ?? false;
    if (on && !this.armed) {
      this.armed = setTimeout(() => { this.armed = null; this.draw(); }, ARMED_MS);
      return this.draw();
    }
    clearTimeout(this.armed);
    this.armed = null;
    this.ask(!on);
  }

  /** A safe scene that was asked for is asked for again until the hub has heard it. */
  async ask(on) {
    this.asked = on;
    this.draw();
    for (let tries = 0; tries < TRIES && this.asked === on; tries++) {
      try {
        const air = await ask("PUT", "/panic", { on });
        this.tell("safe", "");
        this.asked = null;
        this.told(air);
        return;
      } catch (refusal) {
        if (refusal.status !== 0 && refusal.status < 500) {
          this.asked = null;
          if (!this.refused(refusal)) this.tell("safe", refusal.message, "fault");
          break;
        }
        this.tell("safe", on ? "The hub has not heard it yet, trying again. The panic key at the wall works without it." : refusal.message, "fault");
        await new Promise((resolve) => setTimeout(resolve, 500));
      }
    }
    this.asked = null;
    this.draw();
  }

  draw() {
    const on = this.onAir?.panic ?? false;
    const { button } = this;
    button.classList.toggle("active", on);
    button.classList.toggle("asked", this.asked !== null);
    const label = this.asked === true ? "Safe scene…" : this.asked === false ? "Releasing…" : !on ? "Safe scene" : this.armed ? "Tap again to release" : "Release";
    write(button, label);
    document.documentElement.classList.toggle("is-safe", on);
    if (!on) return this.tell("panic", "");
    const since = this.now() - this.onAir.at;
    const late = this.walls.filter((wall) => !wall.panic).flatMap((wall) => wall.screens).sort((a, b) => a - b);
    const missing = since > CONFIRM_MS && late.length ? ` Screen${late.length > 1 ? "s" : ""} ${list(late)} ${late.length > 1 ? "have" : "has"} not confirmed.` : "";
    this.tell("panic", `The safe scene is on, by ${this.onAir.by || "somebody"}.${missing}`, missing ? "fault" : "panic");
  }
}
