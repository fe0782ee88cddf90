// Conversation: what rises and why, topics and people; a tap turns the whole wall to one. Tracks are changed here.

import { ask } from "./hub.js";
import { all, h, keyed, one, svg, write } from "./dom.js";
import { age, count, figure, growth, over, source } from "./words.js";

const KINDS = { brand: "Brand", competitor: "Competitor", campaign: "Campaign", topic: "Topic" };

export class Conversation {
  constructor(desk, shared) {
    Object.assign(this, { desk, ...shared });
    this.root = one('[data-page="conversation"]', desk);
    this.place = Object.fromEntries(["rising", "topics", "people", "tracks"].map((name) => [name, one(`[data-${name}]`, this.root)]));
    this.form = one("[data-track-form]", this.root);
    this.form.hidden = !this.may;
    this.form.addEventListener("submit", (event) => this.track(event));
    this.channels = {
      conversation: (told) => this.heardConversation(told),
      tracks: (told) => this.heardTracks(told.tracks),
      on_air: () => this.mark(),
    };
  }

  heardConversation({ rising, topics, people }) {
    const none = (words) => h("p", { className: "none quiet" }, words);
    keyed(this.place.rising, rising.length ? rising : [null], (it) => it?.id ?? "none", (it) => (it ? this.card(it) : none("Nothing grows faster than usual right now.")), (element, it) => it && this.fill(element, it));
    const chips = (graph, them, empty, more) => keyed(this.place[graph], them.length ? them : [null], (it) => it?.id ?? "none", (it) => (it ? this.chip(graph, it.id) : none(empty)), (element, it) => it && this.say(element, it.label ?? it.handle, more(it)));
    chips("topics", topics, "No topics yet.", (it) => figure(it.weight));
    chips("people", people, "Nobody speaks with anybody yet.", (it) => (it.role === "public" ? figure(it.weight) : `${it.role} · ${figure(it.weight)}`));
    this.mark();
  }

  card() {
    return h("article", { className: "card rise" },
      h("div", { className: "head" }, h("button", { type: "button", className: "turn", "data-graph": "topics", onclick: (event) => this.turn(event.currentTarget) }, h("strong", { dir: "auto" }), h("span", { className: "quiet" })), curve()),
      h("p", { className: "quiet why" }), h("div", { className: "because" }), h("div", { className: "near" }));
  }

  fill(card, it) {
    const button = one(".turn", card);
    button.dataset.id = it.id;
    this.say(button, it.label, growth(it.factor));
    draw(one("polyline", card), it.curve);
    write(one(".why", card), `since ${age(this.eventNow() - it.since)} ago · ${count(it.voices, "voice").toLowerCase()}`);
    keyed(one(".because", card), it.posts, (post) => post.id, () => h("blockquote", {}, h("p", { dir: "auto" }), h("p", { className: "quiet small" }, h("bdi", {}), h("span", {}))), (element, post) => {
      write(one("p", element), post.text);
      write(one("bdi", element), post.name || post.handle || "somebody");
      write(one("span", element), ` · ${source(post.source)}`);
    });
    const near = [...it.topics.map((topic) => ({ graph: "topics", id: topic.id, label: topic.label })), ...it.people.map((person) => ({ graph: "people", id: person.id, label: person.handle }))];
    keyed(one(".near", card), near, (other) => `${other.graph}:${other.id}`, (other) => this.chip(other.graph, other.id), (element, other) => this.say(element, other.label, ""));
  }

  chip(graph, id) {
    return h("button", { type: "button", className: "turn", "data-graph": graph, "data-id": id, onclick: (event) => this.turn(event.currentTarget) }, h("strong", { dir: "auto" }), h("span", { className: "quiet" }));
  }

  say(button, label, more) {
    write(one("strong", button), label);
    write(one("span", button), more);
    button.disabled = !this.may;
  }

  /** Turn the whole wall to a topic or a person, or back to the programme where it shows that already. */
  async turn(button) {
    const { graph, id } = button.dataset;
    const back = this.isTurned(graph, id);
    try {
      const air = back ? await ask("DELETE", "/focus") : await ask("PUT", "/focus", { graph, id, rev: this.onAir()?.rev ?? 0 });
      this.heard("on_air", air);
      const later = over(air) && `, when ${over(air)}`;
      this.toast(back ? `Back to the programme${later}` : `The whole wall turns to ${one("strong", button).textContent}${later}`);
    } catch (refusal) {
      if (!this.refused(refusal)) this.toast(refusal.message, { kind: "fault" });
    }
  }

  isTurned(graph, id) {
    const focus = this.onAir()?.focus;
    return Boolean(focus) && focus.graph === graph && focus.id === id;
  }

  /** What the wall is turned to is pressed; another tap turns it back. */
  mark() {
    for (const button of all(".turn", this.root)) button.setAttribute("aria-pressed", String(this.isTurned(button.dataset.graph, button.dataset.id)));
  }

  heardTracks(tracks) {
    this.tracks = tracks;
    const rows = tracks.length ? tracks : [null];
    keyed(this.place.tracks, rows, (it) => it?.name ?? "none", (it) => {
      if (!it) return h("p", { className: "none quiet" }, "Nothing is tracked yet. A track is a set of terms that is counted on its own.");
      const change = h("button", { type: "button", className: "plain", onclick: () => this.edit(it.name) }, "Change");
      const back = h("button", { type: "button", className: "plain back", onclick: () => this.decide("DELETE", `/tracks/${encodeURIComponent(it.name)}`, undefined, "Taken back") });
      return h("div", { className: "row" }, h("div", { className: "row-words" }, h("strong", { dir: "auto" }), h("span", { className: "quiet" })), ...(this.may ? [back, change] : []));
    }, (element, it) => {
      if (!it) return;
      write(one("strong", element), it.name);
      const by = it.by ? `, changed by ${it.by}` : "";
      write(one("span", element), it.terms.length ? `${KINDS[it.kind]}: ${it.terms.join(", ")}${by}` : `Switched off${by}`);
      const back = one(".back", element);
      if (back) {
        back.hidden = !it.by;
        write(back, it.configured ? "As configured" : "Remove");
      }
    });
  }

  edit(name) {
    const track = this.tracks.find((it) => it.name === name);
    const { form } = this;
    form.elements.track.value = track.name;
    form.elements.kind.value = track.kind;
    form.elements.terms.value = track.terms.join(", ");
    form.elements.terms.focus();
  }

  async track(event) {
    event.preventDefault();
    const { form } = this;
    const name = form.elements.track.value.trim();
    const terms = form.elements.terms.value.split(/[,\n]/).map((term) => term.trim()).filter(Boolean);
    const { exclude = [], since = "" } = this.tracks?.find((it) => it.name === name) ?? {}; // what the form does not ask for stays
    const body = { kind: form.elements.kind.value, terms, exclude, since };
    const answer = await this.decide("PUT", `/tracks/${encodeURIComponent(name)}`, body, terms.length ? `Tracking ${name}` : `${name} is switched off`);
    if (answer) form.reset();
  }
}

const curve = () => svg("svg", { viewBox: "0 0 100 30", class: "curve", "aria-hidden": "true", preserveAspectRatio: "none" }, svg("polyline", { points: "" }));

function draw(line, values) {
  const most = Math.max(1, ...values);
  const points = values.map((value, i) => `${((i / Math.max(1, values.length - 1)) * 100).toFixed(1)},${(29 - (value / most) * 28).toFixed(1)}`).join(" ");
  if (line.getAttribute("points") !== points) line.setAttribute("points", points);
}
