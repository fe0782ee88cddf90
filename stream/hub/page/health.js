// Health: the screens with what each wall says, the sources with their ages, and who is signed in.

import { ask } from "./hub.js";
import { h, keyed, one, write } from "./dom.js";
import { age, count, list, source } from "./words.js";

const SOURCE_TONE = { live: "good", quiet: "good", finished: "good", dead: "bad", stopped: "bad" };
const SOURCE_WORDS = {
  live: "heard",
  quiet: "connected, nothing new",
  starting: "connecting",
  waiting: "not connected, tried again by itself",
  stopped: "stopped, needs you",
  finished: "at its end",
  late: "nothing new for long",
  dead: "silent",
};

export class Health {
  constructor(desk, { isOperator, refused }) {
    Object.assign(this, { desk, isOperator, refused });
    this.walls = [];
    this.sources = [];
    this.channels = { walls: (told) => this.heardWalls(told), sources: (told) => this.heardSources(told) };
  }

  heardWalls(told) {
    this.walls = told.walls;
    const rows = told.walls.length ? told.walls : [null];
    keyed(one("[data-walls]", this.desk), rows, (wall) => wall?.name ?? "none", (wall) => (wall ? row() : none("No wall is connected. Start one with agora wall.")), (element, wall) => {
      if (!wall) return;
      const shows = wall.panic ? "safe scene" : wall.confirmed ? "shows what is on air" : wall.late ? "does not show what is on air" : "changes now";
      const quality = wall.scale < 1 ? ` at ${Math.round(wall.scale * 100)} %` : "";
      fill(element, wall.age_ms > 3000 || wall.late ? "attention" : "good", `${wall.name}: screen${wall.screens.length > 1 ? "s" : ""} ${list(wall.screens)}`, `${shows} · ${wall.fps.toFixed(0)} frames a second${quality} · heard ${age(wall.age_ms)} ago`);
    });
  }

  heardSources(told) {
    this.sources = told.sources;
    const rows = told.sources.length ? told.sources : [null];
    keyed(one("[data-sources]", this.desk), rows, (it) => it?.name ?? "none", (it) => (it ? row() : none("No source has been heard yet.")), (element, it) => {
      if (!it) return;
      fill(element, sourceTone(it), sourceName(it), sourceWords(it));
    });
  }

  /** Sources that are not well, for the head of the page. */
  quiet() {
    return this.sources
      .filter((it) => it.state !== "live" && it.state !== "finished" && !(it.state === "quiet" && it.since))
      .map((it) => ({ tone: sourceTone(it), text: `${sourceName(it)}: ${SOURCE_WORDS[it.state] ?? it.state}${it.error ? ` (${it.error})` : ""}` }));
  }

  /** Who is signed in; only operators may know. */
  async open() {
    const place = one("[data-desks]", this.desk);
    if (!this.isOperator) return place.replaceChildren(none("An operator's PIN shows who is signed in."));
    try {
      const { sessions } = await ask("GET", "/sessions");
      keyed(place, sessions, (it) => it.id, (it) => {
        const element = row();
        if (!it.you) element.append(h("button", { type: "button", className: "plain", onclick: () => this.end(it.id) }, "Sign out"));
        return element;
      }, (element, it) => fill(element, it.locked ? "attention" : "good", it.you ? `${it.desk} (you)` : it.desk, `${it.role} · since ${new Date(it.since).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })}${it.locked ? " · idle" : ""}`));
    } catch (refusal) {
      this.refused(refusal);
    }
  }

  async end(id) {
    await ask("DELETE", `/sessions/${id}`).catch((refusal) => this.refused(refusal));
    this.open();
  }
}

/** What ingest spoke of is well while it is connected; of others only their age is known. */
function sourceTone(it) {
  if (it.state === "quiet" && !it.since) return "attention";
  return SOURCE_TONE[it.state] ?? "attention";
}

/** "mastodon:social" → "Mastodon (social)". */
function sourceName(it) {
  const [network, ...place] = it.name.split(":");
  return place.length ? `${source(network)} (${place.join(":")})` : source(network);
}

/** How a source does and what to do about it, in plain words. */
function sourceWords(it) {
  const words = [SOURCE_WORDS[it.state] ?? it.state];
  words.push(it.age_ms < 0 ? "nothing heard yet" : `newest ${age(it.age_ms)} ago`, `${it.rate.toFixed(0)} a minute`);
  if (it.spooled) words.push(`${count(it.spooled, "post")} wait for the log`);
  if (!it.deletions) words.push("does not tell of deletions");
  if (it.error) words.push(it.error);
  if (it.advice) words.push(it.advice);
  return words.join(" · ");
}

/** The one line about all screens, for the head of the page. */
export function screensLine(grid, dead, pictureAge) {
  const alive = grid.columns * grid.rows - dead.length;
  if (!alive) return { tone: "bad", text: "No screen answers" };
  const picture = pictureAge === null ? "no picture yet" : `newest picture ${age(pictureAge)}`;
  if (dead.length) return { tone: "bad", text: `Screen${dead.length > 1 ? "s" : ""} ${list(dead)} ${dead.length > 1 ? "do" : "does"} not answer, ${picture}` };
  return { tone: pictureAge === null || pictureAge > 5000 ? "attention" : "good", text: `${count(alive, "screen")}, ${picture}` };
}

const row = () => h("div", { className: "row" }, h("i", { className: "dot", "aria-hidden": "true" }), h("div", { className: "row-words" }, h("strong", {}), h("span", { className: "quiet" })));
const none = (words) => h("p", { className: "none quiet" }, words);

function fill(element, tone, title, words) {
  one(".dot", element).className = `dot ${tone}`;
  write(one("strong", element), title);
  write(one("span", element), words);
}
