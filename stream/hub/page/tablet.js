// The tablet: signs in, keeps the link to the hub, and hands what it hears to the parts of the page.

import { ask, Link } from "./hub.js";
import { all, h, keyed, one, write } from "./dom.js";
import { lock, signedOut, signIn } from "./gate.js";
import { Air } from "./air.js";
import { drawAges } from "./controls.js";
import { Safe } from "./safe.js";
import { Show } from "./show.js";
import { Posts } from "./posts.js";
import { Conversation } from "./conversation.js";
import { Act } from "./act.js";
import { Say } from "./say.js";
import { Health, screensLine } from "./health.js";
import { Screens } from "./screens.js";
import { age, change, count, figure, growth } from "./words.js";

const ROLES = ["viewer", "moderator", "operator"];

/**
 * The pages behind the tabs, by the name in `data-tab` and `data-page`. Each is made with the page's root and what all share
 * (`shared` below) and may have `channels` (what to do with each of the hub's channels), `open()` (its tab was chosen) and
 * `tick()` (four times a second, while it is seen).
 */
const PAGES = { air: Air, show: Show, posts: Posts, conversation: Conversation, act: Act, say: Say, health: Health };

class Tablet {
  constructor(session) {
    this.session = session;
    document.body.replaceChildren(one("#tablet").content.cloneNode(true));
    this.desk = one(".desk");
    this.onAir = null;
    const shared = {
      session, // {role, desk, …}
      may: ROLES.indexOf(session.role) >= 1, // a moderator or more: may decide
      isOperator: session.role === "operator",
      now: () => this.link.now(), // hub time in ms
      eventNow: () => this.eventNow(), // T in ms
      onAir: () => this.onAir, // the newest word of the channel `on_air`, or null
      refused: (refusal) => this.refused(refusal), // hears of every refusal first; true when nothing more need be said
      toast: (...words) => this.toast(...words),
      tell: (...bar) => this.bar(...bar), // a bar over the page: key, sentence ("" takes it away), kind
      heard: (channel, data) => this.heard(channel, data), // an answer of the hub that is newer than its channel
      decide: (...asked) => this.decide(...asked), // ask for a decision, then offer to take it back
      receipt: (...told) => this.receipt(...told), // offer to take back what an answer says was decided
    };
    this.pages = Object.fromEntries(Object.entries(PAGES).map(([name, Page]) => [name, new Page(this.desk, shared)]));
    this.air = this.pages.air;
    this.health = this.pages.health;
    this.safe = new Safe(one("[data-safe]"), { ...shared, heard: (air) => this.heard("on_air", air) });
    this.screens = new Screens(one("[data-canvas]"), { tallest: () => Math.max(160, innerHeight * 0.36) });
    this.grid = null;
    this.event = { T: null, at: 0 };
    this.dead = [];
    this.bars = new Map();
    write(one("[data-who]"), session.desk);
    one("[data-who]").title = `${session.desk}, ${session.role}`;
    one("[data-who]").addEventListener("click", () => this.menu());
    addEventListener("hashchange", () => this.turn());
    for (const event of ["pointerdown", "keydown"]) addEventListener(event, () => this.link.touch(), { passive: true });
    this.turn();
    this.link = new Link("/ws/tablet", {
      heard: (channel, data) => this.heard(channel, data),
      pictured: (head, blob) => (head.preview ? this.air.preview.pictured(head, blob) : this.screens.show(head, blob)),
      linked: (open) => this.linked(open),
      signedOut: () => this.out(),
    });
    setInterval(() => this.tick(), 250);
    if (session.locked) this.locked();
  }

  heard(channel, data) {
    if (channel === "hello") this.hello(data);
    else if (channel === "session") data.locked ? this.locked() : this.unlocked();
    else if (channel === "pictures") this.screens.keep(data.screens);
    else if (channel === "walls") this.walls(data);
    else if (channel === "numbers") this.figures(data);
    else if (channel === "notice") this.notices(data.notices);
    else if (channel === "on_air") { this.onAir = data; this.safe.heard(data); }
    for (const page of Object.values(this.pages)) page.channels?.[channel]?.(data);
  }

  /** Ask for a decision, then offer to take it back; what `undone` does is done when it was refused or taken back. */
  async decide(method, path, body, words, undone = () => {}) {
    try {
      const answer = await ask(method, path, body);
      this.receipt(answer, words, undone);
      return answer;
    } catch (refusal) {
      undone();
      if (!this.refused(refusal)) this.toast(refusal.message, { kind: "fault" });
      return null;
    }
  }

  receipt({ id, saved }, words, undone) {
    this.toast(saved === false ? `${words} · not saved yet` : words, id ? { action: "Undo", act: () => this.undo(id, undone) } : {});
  }

  async undo(id, undone = () => {}) {
    undone();
    await ask("POST", "/moderation/undo", { id }).then(
      () => this.toast("Taken back"),
      (refusal) => this.refused(refusal) || this.toast(refusal.message, { kind: "fault" }),
    );
  }

  hello(hello) {
    this.grid = hello.grid;
    this.mode = hello.mode === "live" ? "" : hello.mode_label;
    this.open = !hello.encrypted && !hello.loopback;
    this.screens.hang(hello.grid);
    this.air.load(hello.grid);
    if (hello.session.locked) this.locked();
  }

  walls({ walls }) {
    const alive = new Set(walls.flatMap((wall) => wall.screens));
    const all = Array.from({ length: this.grid.columns * this.grid.rows }, (_, i) => i + 1);
    this.dead = all.filter((number) => !alive.has(number));
    this.screens.mark(this.dead);
    this.safe.shown(walls);
  }

  figures(told) {
    this.event = { T: told.T, at: performance.now() };
    const { numbers, rising } = told;
    const facts = [{ key: "rate", big: `${figure(numbers.volume_per_min)} a minute`, small: change(numbers.change) }, { key: "voices", big: count(numbers.voices, "voice").toLowerCase(), small: "" }];
    if (rising[0]) facts.unshift({ key: "rising", big: rising[0].label || rising[0].topic, small: growth(rising[0].factor) });
    keyed(one("[data-figures]"), facts, (fact) => fact.key, () => h("p", { className: "fact" }, h("strong", { dir: "auto" }), " ", h("span", { className: "quiet" })), (element, fact) => {
      write(one("strong", element), fact.big);
      write(one("span", element), fact.small);
    });
  }

  /** T now, in event time; between two words of the hub it goes on with the wall clock. */
  eventNow() {
    return this.event.T === null ? Date.now() : this.event.T + (performance.now() - this.event.at);
  }

  notices(notices) {
    for (const key of this.bars.keys()) if (key.startsWith("notice:")) this.bars.delete(key);
    for (const { kind, text } of notices) this.bars.set(`notice:${kind}:${text}`, { sentence: text, kind: "attention" });
    this.drawBars();
  }

  bar(key, sentence, kind = "attention") {
    const before = this.bars.get(key);
    if (before?.sentence === (sentence || undefined) && before?.kind === kind) return;
    if (sentence) this.bars.set(key, { sentence, kind });
    else if (!this.bars.delete(key)) return;
    this.drawBars();
  }

  drawBars() {
    keyed(one("[data-bars]"), [...this.bars], ([key]) => key, () => h("p", { className: "bar" }), (element, [, { sentence, kind }]) => {
      element.className = `bar ${kind}`;
      write(element, sentence);
    });
  }

  toast(words, { action, act, kind = "" } = {}) {
    const toast = h("p", { className: `toast ${kind}` }, h("span", { dir: "auto" }, words));
    if (action) toast.append(h("button", { type: "button", className: "plain", onclick: () => { toast.remove(); act(); } }, action));
    const toasts = one("[data-toasts]");
    toasts.append(toast);
    while (toasts.children.length > 3) toasts.firstChild.remove();
    setTimeout(() => toast.remove(), action ? 8000 : 5000);
  }

  linked(open) {
    this.isLinked = open;
    this.desk.classList.toggle("alone", !open);
    if (open) this.bar("link", "");
  }

  /** Refusals that concern the whole page; true when the one who asked need not say more. */
  refused(refusal) {
    if (refusal.status === 401) this.out();
    else if (refusal.status === 423) this.locked();
    else return false;
    return true;
  }

  async locked() {
    if (this.lock) return;
    for (const page of all(".page, .top")) page.inert = true;
    this.desk.classList.add("locked");
    this.lock = lock(this.desk, () => this.leave());
    await this.lock;
    this.unlocked();
  }

  unlocked() {
    one(".lock")?.remove();
    this.lock = null;
    this.desk.classList.remove("locked");
    for (const page of all(".page, .top")) page.inert = false;
  }

  async leave() {
    this.isLeaving = true;
    await ask("DELETE", "/session").catch(() => {});
    location.reload();
  }

  /** The session has ended; who wanted it so need not be told. */
  out() {
    if (this.isLeaving) location.reload();
    else signedOut();
  }

  menu() {
    const chosen = document.documentElement.dataset.theme;
    const light = chosen ? chosen === "light" : matchMedia("(prefers-color-scheme: light)").matches;
    const turn = (words, theme) => h("button", { type: "button", className: "plain", onclick: () => { paint(theme); menu.hidePopover(); } }, words);
    const menu = h("div", { className: "menu", popover: "auto", role: "dialog", "aria-label": "This desk" },
      h("p", {}, h("strong", {}, this.session.desk), h("span", { className: "quiet" }, ` · ${this.session.role}`)),
      h("a", { className: "plain", href: "/wall", target: "_blank" }, "The wall in a window"),
      turn(light ? "Dark page" : "Light page", light ? "dark" : "light"), chosen && turn("Dark or light as the device", ""),
      h("button", { type: "button", className: "plain", onclick: () => this.leave() }, "Sign out"));
    menu.addEventListener("toggle", (event) => { if (event.newState === "closed") menu.remove(); });
    document.body.append(menu);
    menu.showPopover();
    one("a", menu).focus();
  }

  turn() {
    const tab = location.hash.slice(1) in PAGES ? location.hash.slice(1) : "air";
    for (const page of all("[data-page]")) page.hidden = page.dataset.page !== tab;
    for (const link of all("[data-tab]")) link.dataset.tab === tab ? link.setAttribute("aria-current", "page") : link.removeAttribute("aria-current");
    this.desk.dataset.tab = tab;
    one(".editor")?.remove();
    this.page = this.pages[tab];
    one("[aria-current]").scrollIntoView({ block: "nearest", inline: "nearest" });
    this.page.open?.();
  }

  tick() {
    if (!this.isLinked && this.link.heardAt) {
      const silent = performance.now() - this.link.heardAt;
      if (silent > 1000) this.bar("link", `Connection lost ${age(silent)} ago. It comes back by itself; the wall goes on meanwhile.`, "fault");
      if (silent > 3000) this.screens.keep([]); // a post in it may have been deleted since, and we would not know
    }
    if (!this.grid) return;
    this.page.tick?.();
    this.safe.draw();
    const at = this.screens.oldest();
    const old = at === null ? null : Math.max(0, this.link.now() - at);
    const note = one("[data-canvas-note]");
    note.hidden = at !== null;
    write(note, this.dead.length === this.grid.columns * this.grid.rows ? "No wall is connected. Start one with agora wall." : "Waiting for a picture");
    drawAges(one("[data-ages]"), this.screens.ages(this.link.now()));
    const chips = [screensLine(this.grid, this.dead, old), ...this.health.quiet().slice(0, 2)];
    if (this.mode) chips.unshift({ tone: "mode", text: this.mode });
    if (this.open) chips.unshift({ tone: "bad", text: "Not encrypted" });
    keyed(one("[data-chips]"), chips, (chip) => chip.text.replace(/[\d.]+/g, ""), () => h("span", { className: "chip" }, h("i", { "aria-hidden": "true" }), h("span", {})), (element, chip) => {
      one("i", element).className = `dot ${chip.tone}`;
      write(one("span", element), chip.text);
    });
  }
}

/** Dark, light, or "" for what the device says. */
function paint(theme) {
  if (theme) document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
  localStorage.setItem("theme", theme);
}

async function begin() {
  paint(localStorage.getItem("theme") ?? "");
  let session;
  for (;;) {
    try {
      session = await ask("GET", "/session");
      break;
    } catch (refusal) {
      if (refusal.status === 401) {
        session = await signIn(document.body);
        break;
      }
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
  }
  if (new URLSearchParams(location.search).get("next") === "wall") location.replace("/wall");
  else new Tablet(session);
}

begin();
