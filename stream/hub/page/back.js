// The time machine: the wall looks back through the log, from any moment that one chooses, and to live again.

import { ask } from "./hub.js";
import { h, keyed, one, svg, write } from "./dom.js";
import { left } from "./words.js";

const SPANS = [[15, "The last 15 minutes"], [60, "The last hour"], [360, "The last 6 hours"]];
const clock = (t) => new Date(t).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });

/** A stretch of time in milliseconds as people say it. */
export function stretch(ms) {
  const minutes = Math.round(ms / 60_000);
  if (minutes < 2) return minutes < 1 ? "a moment" : "a minute";
  if (minutes === 60) return "an hour";
  return minutes < 90 ? `${minutes} minutes` : `${Math.round(minutes / 60)} hours`;
}

/** The T that the wall shows at hub time `now`. */
export function shown(back, now) {
  const share = (now - back.begun) / Math.max(1, back.ends - back.begun);
  return back.since + (back.until - back.since) * Math.min(1, Math.max(0, share));
}

export class Back {
  constructor(desk, { may, now, onAir, refused, toast, tell }) {
    Object.assign(this, { desk, may, now, onAir, refused, toast, tell });
    this.told = { state: "off" };
    this.isOpen = false;
    this.held = false;
    this.place = one("[data-back]", desk);
    this.range = one("[data-back-range]", desk);
    one("[data-look-back]", desk).addEventListener("click", () => { this.isOpen = !this.isOpen; this.draw(); });
    one("[data-live]", desk).addEventListener("click", () => this.live());
    one("[data-back-spans]", desk).append(...SPANS.map(([minutes, words]) => h("button", { type: "button", className: "plain", onclick: () => this.wind(minutes) }, words)));
    this.range.addEventListener("input", () => { this.held = true; this.tick(); });
    this.range.addEventListener("change", () => this.go(Number(this.range.value)));
    this.channels = { rewind: (told) => { this.told = told; this.draw(); } };
  }

  wind(minutes) {
    return this.decide("POST", { minutes, rev: this.onAir()?.rev ?? null });
  }

  async go(at) {
    await this.decide("PUT", { at });
    this.held = false;
  }

  live() {
    this.isOpen = false;
    return this.decide("DELETE");
  }

  async decide(method, body) {
    try {
      await ask(method, "/rewind", body);
    } catch (refusal) {
      if (!this.refused(refusal)) this.toast(refusal.message, { kind: "fault" });
    }
    this.draw();
  }

  draw() {
    const { told, place } = this;
    const air = this.onAir();
    const on = told.state !== "off";
    const button = one("[data-look-back]", this.desk);
    button.hidden = !this.may || on || Boolean(air?.frozen || air?.panic);
    button.setAttribute("aria-expanded", String(this.isOpen));
    place.hidden = !(on || told.fault || (this.isOpen && !button.hidden));
    one("[data-back-spans]", this.desk).hidden = on || !this.may;
    one("[data-live]", this.desk).hidden = !on || !this.may;
    one("[data-back-line]", this.desk).hidden = told.state !== "ready";
    this.range.disabled = !this.may;
    if (told.state === "ready") this.drawLine();
    this.tick();
  }

  /** How much was said when, and the sessions over their loudest moment. */
  drawLine() {
    const { since, until, times, heard, sessions } = this.told;
    Object.assign(this.range, { min: since, max: until, step: Math.max(1, Math.round((until - since) / 240)) });
    const most = Math.max(1, ...heard.slice(1));
    one("[data-back-bars]", this.desk).replaceChildren(...heard.slice(1).map((n, i) => svg("rect", { x: i * 10 + 1, width: 8, y: 60 - Math.max(1, (n / most) * 60), height: Math.max(1, (n / most) * 60) })));
    one("[data-back-bars]", this.desk).setAttribute("viewBox", `0 0 ${Math.max(1, (times.length - 1) * 10)} 60`);
    const within = sessions.filter(({ start, end }) => start < until && end > since);
    keyed(one("[data-back-sessions]", this.desk), within, ({ id }) => id, () => h("span", {}), (element, { title, start, end }) => {
      const inside = times.map((t, i) => [t, heard[i]]).filter(([t], i) => i && t > start && t <= Math.max(end, start + 60_000));
      const [peak] = inside.reduce((best, it) => (it[1] > best[1] ? it : best), inside[0] ?? [Math.min(Math.max(start, since), until), 0]);
      const x = ((peak - since) / (until - since)) * 100;
      write(element, title);
      element.title = `${title}, ${clock(start)} to ${clock(end)}`;
      element.className = x > 60 ? "to-left" : "";
      element.style.left = `${x}%`;
    });
  }

  /** What changes with time alone. */
  tick() {
    const { told } = this;
    const back = this.onAir()?.back;
    this.tell("back", back ? `The wall looks back: ${clock(shown(back, this.now()))}, ${stretch(back.until - shown(back, this.now()))} ago. Live again in ${left(back.ends - this.now())}.` : "");
    if (this.place.hidden) return;
    if (back && !this.held) this.range.value = shown(back, this.now());
    const at = Number(this.range.value);
    this.range.setAttribute("aria-valuetext", `${clock(at)}, ${stretch(told.until - at)} ago`);
    write(one("[data-back-say]", this.desk), this.said(back, at));
  }

  said(back, at) {
    const { told } = this;
    if (told.state === "winding") return `${told.by} winds back: the log is read, ${Math.round(told.share * 100)} %.`;
    if (told.state === "ready") {
      const less = told.since - told.asked > 60_000 ? ` The log holds only the last ${stretch(told.until - told.since).replace(/^an? /, "")}.` : "";
      return `${clock(at)}, ${stretch(told.until - at)} ago${back ? "" : "; the wall is live"}.${less}`;
    }
    return told.fault || "The wall shows it in a minute, marked as such, on the layout that is on air. What was taken back since stays gone.";
  }
}
