// Health: how each part does and what to do, alerts, walls that ask to join, and who is signed in.

import { ask } from "./hub.js";
import { h, keyed, one, write } from "./dom.js";
import { age, count, list, source } from "./words.js";

const LIGHT = { green: ["good", "Green"], quiet: ["mode-quiet", "Quiet"], late: ["attention", "Late"], dead: ["bad", "Dead"] };
const PARTS = { screens: ["screen"], sources: ["source", "guestbook"], house: ["log", "desks", "webhook"] };

const SESSIONS_MS = 5000;

export class Health {
  constructor(desk, shared) {
    Object.assign(this, { desk, ...shared });
    this.root = one('[data-page="health"]', desk);
    this.place = Object.fromEntries(["screens", "sources", "house", "joining", "joined", "people"].map((name) => [name, one(`[data-${name}]`, this.root)]));
    this.sources = [];
    this.asking = [];
    this.channels = {
      health: (told) => this.lines(told.lines),
      alerts: (told) => this.alerts(told.alerts),
      joining: (told) => this.joining(told.walls),
      sources: (told) => { this.sources = told.sources; },
    };
    this.strip = h("div", { className: "alerts", role: "region", "aria-label": "Alerts" });
    one("[data-bars]", desk).after(this.strip);
    one("[data-end-all]", this.root).hidden = !this.isOperator;
    one("[data-end-all]", this.root).addEventListener("click", (event) => this.endAll(event.currentTarget));
    this.alerts([]);
    this.joining([]);
  }

  lines(lines) {
    for (const [place, parts] of Object.entries(PARTS)) {
      keyed(this.place[place], lines.filter((line) => parts.includes(line.part)), (line) => line.name, row, (element, line) => {
        const [tone, word] = LIGHT[line.light];
        fill(element, tone, line.name, line.says, `${word}: `, line.do);
      });
    }
  }

  /** What went wrong stays over every page until somebody has seen it, and until it is over. */
  alerts(alerts) {
    this.strip.hidden = !alerts.length;
    keyed(this.strip, alerts, (alert) => alert.id, (alert) => {
      const seen = this.may ? h("button", { type: "button", className: "plain", onclick: () => this.decide("PUT", `/alerts/${encodeURIComponent(alert.id)}`, { seen: true }, "Seen") }, "Seen") : null;
      return h("div", { className: "alert", role: "alert" }, h("div", { className: "row-words" }, h("strong", { dir: "auto" }), h("span", { className: "alert-more" })), seen);
    }, (element, alert) => {
      element.classList.toggle("over", Boolean(alert.ended));
      element.classList.toggle("seen", Boolean(alert.seen_by));
      write(one("strong", element), alert.says);
      const at = clock(alert.since);
      const when = alert.ended ? `From ${at} to ${clock(alert.ended)}; it is over.` : `Since ${at}.`;
      write(one("span", element), alert.seen_by ? `${when} Seen by ${alert.seen_by}.` : alert.ended ? when : `${when} ${alert.do}`);
      const button = one("button", element);
      if (button) button.hidden = Boolean(alert.seen_by);
    });
  }

  /** Walls that show a code: an operator types it. */
  joining(walls) {
    this.asking = walls;
    keyed(this.place.joining, walls, (wall) => wall.id, (wall) => {
      if (!this.isOperator) return h("p", { className: "row" }, h("span", {}, `${wall.name} asks to join; an operator can let it in.`));
      const fault = h("p", { className: "fault", role: "alert" });
      const field = h("input", { inputMode: "numeric", maxLength: 7, autocomplete: "off", required: true, name: "code" });
      const form = h("form", { className: "row join" },
        h("label", {}, h("span", {}, h("bdi", {}, wall.name), ` (${where(wall)}) asks to join. Type the code that it shows.`), field),
        h("div", { className: "pair" }, h("button", { type: "button", className: "plain", onclick: () => this.ask("DELETE", `/walls/joining/${wall.id}`) }, "Turn away"), h("button", { type: "submit", className: "good" }, "Let in")),
        fault);
      form.addEventListener("submit", async (event) => {
        event.preventDefault();
        fault.textContent = "";
        try {
          const { name } = await ask("PUT", `/walls/joining/${wall.id}`, { code: field.value });
          this.toast(`${name} is let in`);
          this.open();
        } catch (refusal) {
          field.value = "";
          field.focus();
          if (!this.refused(refusal)) fault.textContent = refusal.message;
        }
      });
      return form;
    });
  }

  /** Sources that are not well, for the head of the page. */
  quiet() {
    const states = { waiting: "not connected", stopped: "stopped", late: "nothing new for long", dead: "silent", starting: "connecting" };
    const asking = this.asking.map((wall) => ({ tone: "attention", text: `${wall.name} asks to join` }));
    return asking.concat(this.sources
      .filter((it) => it.state in states || (it.state === "quiet" && !it.since))
      .map((it) => ({ tone: it.state === "stopped" || it.state === "dead" ? "bad" : "attention", text: `${sourceName(it)}: ${states[it.state] ?? "nothing new"}` })));
  }

  /** Who comes and goes meanwhile is seen soon. */
  tick() {
    if (this.isOperator && performance.now() - this.askedAt > SESSIONS_MS) this.open();
  }

  /** Who is signed in, and which walls have joined; only operators may know. */
  async open() {
    this.askedAt = performance.now();
    if (!this.isOperator) {
      this.place.people.replaceChildren(none("An operator's PIN shows who is signed in."));
      return;
    }
    try {
      const [{ sessions }, { walls }] = await Promise.all([ask("GET", "/sessions"), ask("GET", "/walls/joined")]);
      keyed(this.place.people, sessions, (it) => it.id, (it) => {
        const element = row();
        if (!it.you) element.append(h("button", { type: "button", className: "plain", onclick: () => this.ask("DELETE", `/sessions/${it.id}`) }, "Sign out"));
        return element;
      }, (element, it) => fill(element, it.locked ? "attention" : "good", it.you ? `${it.desk} (you)` : it.desk, `${it.role} · since ${clock(it.since)}${it.locked ? " · idle" : ""}`));
      keyed(this.place.joined, walls, (it) => it.id, (it) => {
        const element = row();
        element.append(h("button", { type: "button", className: "plain", onclick: () => this.ask("DELETE", `/walls/joined/${it.id}`) }, "Turn out"));
        return element;
      }, (element, it) => fill(element, "good", it.name, `let in by ${it.by}, ${new Date(it.at).toLocaleString([], { dateStyle: "medium", timeStyle: "short" })}`));
    } catch (refusal) {
      this.refused(refusal);
    }
  }

  /** Do something that no list of decisions knows, then look again. */
  async ask(method, path) {
    await ask(method, path).catch((refusal) => this.refused(refusal) || this.toast(refusal.message, { kind: "fault" }));
    this.open();
  }

  /** Signing everybody out asks twice: it ends this session too. */
  endAll(button) {
    if (!this.armed) {
      this.armed = true;
      write(button, "Tap again: you too");
      setTimeout(() => { this.armed = false; write(button, "Sign everybody out"); }, 4000);
      return;
    }
    ask("DELETE", "/sessions").finally(() => location.reload());
  }
}

/** "mastodon:social" → "Mastodon (social)". */
function sourceName(it) {
  const [network, ...place] = it.name.split(":");
  return place.length ? `${source(network)} (${place.join(":")})` : source(network);
}

/** Which screens a wall that asks would drive, and from which address it asks. */
function where(wall) {
  const screens = wall.screens.length ? `screen${wall.screens.length > 1 ? "s" : ""} ${list(wall.screens)}, ` : "";
  return `${screens}from ${wall.address}`;
}

/** The one line about all screens, for the head of the page. */
export function screensLine(grid, dead, pictureAge) {
  const alive = grid.columns * grid.rows - dead.length;
  if (!alive) return { tone: "bad", text: "No screen answers" };
  const picture = pictureAge === null ? "no picture yet" : `newest picture ${age(pictureAge)}`;
  if (dead.length) return { tone: "bad", text: `Screen${dead.length > 1 ? "s" : ""} ${list(dead)} ${dead.length > 1 ? "do" : "does"} not answer, ${picture}` };
  return { tone: pictureAge === null || pictureAge > 5000 ? "attention" : "good", text: `${count(alive, "screen")}, ${picture}` };
}

const clock = (ms) => new Date(ms).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
const none = (words) => h("p", { className: "none quiet" }, words);
const row = () => h("div", { className: "row" }, h("i", { className: "dot", "aria-hidden": "true" }), h("div", { className: "row-words" }, h("strong", { dir: "auto" }), h("span", { className: "quiet" }), h("span", { className: "do" })));

function fill(element, tone, title, words, light = "", advice = "") {
  one(".dot", element).className = `dot ${tone}`;
  write(one("strong", element), title);
  write(one(".quiet", element), light + words);
  const place = one(".do", element);
  place.hidden = !advice;
  write(place, advice);
}
