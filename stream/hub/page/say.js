// Say: announcements, countdowns, QR codes and sponsors, each with its beginning and its end.

import { ask } from "./hub.js";
import { h, one } from "./dom.js";
import { choice, clock, edit, field, local, moment, tick, ticked } from "./editor.js";
import { fill } from "./show.js";
import { age } from "./words.js";

const KINDS = [["announcement", "Announcement"], ["countdown", "Countdown"], ["code", "QR code"]];
const LARGEST = 4 << 20; // bytes of a logo that the hub takes in
const SOON_MS = 1500; // what begins so soon is called "now": two clocks never agree better
const SPANS = [[0, "Until taken back"], [5, "5 min"], [15, "15 min"], [60, "1 h"], [-1, "Until a time"]];

export class Say {
  constructor(desk, shared) {
    Object.assign(this, { desk, ...shared });
    this.page = one('[data-page="say"]', desk);
    this.plan = { announcements: [], sponsors: [] };
    this.shown = {}; // subject → ms on the wall
    this.channels = { programme: (told) => { this.plan = told; this.draw(); }, on_air: () => this.draw() };
    for (const [name, act] of [["word", () => this.editWord()], ["sponsor", () => this.editSponsor()]]) {
      const button = one(`[data-new="${name}"]`, desk);
      button.hidden = !this.may;
      button.addEventListener("click", act);
    }
  }

  /** For how long each was on the wall is asked for when somebody looks. */
  async open() {
    try {
      const { days } = await ask("GET", "/screen-time");
      this.shown = {};
      for (const day of Object.values(days)) for (const [subject, { ms }] of Object.entries(day)) this.shown[subject] = (this.shown[subject] ?? 0) + ms;
      this.draw();
    } catch (refusal) {
      this.refused(refusal);
    }
  }

  tick() {
    const minute = Math.floor(this.now() / 10_000);
    if (minute !== this.minute) {
      this.minute = minute;
      this.draw();
    }
  }

  draw() {
    fill(one("[data-words]", this.page), this.plan.announcements, "Nothing is announced. What you write here stands discreetly at the foot of the wall, or takes all of it when it is urgent.", (it) => this.wordRow(it));
    fill(one("[data-sponsors]", this.page), this.plan.sponsors, "No sponsors yet.", (it) => this.sponsorRow(it));
  }

  /** When something is on the wall, in words, and whether it is now. */
  when(it, subject) {
    const now = this.now() + SOON_MS;
    const on = it.since <= now && (!it.until || now < it.until);
    const words = it.since > now ? `from ${clock(it.since)}` : it.until && now >= it.until ? `over since ${clock(it.until)}` : this.onAir()?.panic ? "behind the safe scene" : "on the wall now";
    const ends = it.until && now < it.until ? `, until ${clock(it.until)}` : "";
    const total = this.shown[subject];
    return { on, words: `${words}${ends}${total ? ` · shown for ${age(total)}` : ""}` };
  }

  wordRow(it) {
    const { on, words } = this.when(it, `announcement:${it.id}`);
    const kind = it.kind === "countdown" ? `counts down to ${clock(it.at)} · ` : it.kind === "code" ? "QR code · " : "";
    return [on ? "on" : "", h("strong", { dir: "auto" }, it.urgent && h("span", { className: "tag urgent-tag" }, "Urgent"), it.text), h("span", { className: "quiet" }, `${kind}${words}${it.by ? ` · by ${it.by}` : ""}`),
      this.may && h("div", { className: "row-buttons" },
        h("button", { type: "button", className: "plain", "aria-label": `Change “${it.text}”`, onclick: () => this.editWord(it) }, "Change"),
        h("button", { type: "button", className: on && it.urgent ? "good" : "plain", "aria-label": `Take “${it.text}” back`, onclick: () => this.decide("DELETE", `/announcements/${it.id}?rev=${it.rev}`, undefined, "Taken back") }, "Take back"))];
  }

  sponsorRow(it) {
    const { on, words } = this.when(it, `sponsor:${it.id}`);
    return [on ? "on" : "", h("img", { className: "logo", src: `/api/v1/pictures/${it.picture}`, alt: "" }), h("strong", { dir: "auto" }, it.name), h("span", { className: "quiet" }, words.replace("on the wall now", "takes turns now")),
      this.may && h("div", { className: "row-buttons" }, h("button", { type: "button", className: "plain", "aria-label": `Change ${it.name}`, onclick: () => this.editSponsor(it) }, "Change"))];
  }

  editWord(it = null) {
    const text = h("textarea", { name: "text", maxLength: 140, required: true, rows: 2, value: it?.text ?? "" });
    const detail = h("input", { name: "detail", maxLength: 200, value: it?.detail ?? "" });
    const url = h("input", { name: "url", type: "url", maxLength: 300, placeholder: "https://", value: it?.url ?? "" });
    const at = h("input", { name: "at", type: "datetime-local", value: local(it?.at) });
    const since = h("input", { name: "since", type: "datetime-local", value: it && it.since > this.now() ? local(it.since) : "" });
    const until = h("input", { name: "until", type: "datetime-local", value: local(it?.until) });
    const place = { at: field("Counts down to", at), until: field("Until", until), url: field("Address of the QR code", url) };
    const warning = h("p", { className: "warning", hidden: true }, "It takes the whole wall, over everything but the safe scene, until it is taken back or over.");
    const { form, say } = edit({
      title: it ? "Change what is said" : "Say something new", saveLabel: "Say it", refused: this.refused,
      fields: [choice("Kind", "kind", KINDS, it?.kind ?? "announcement"), field("Words", text, "140 characters at most."), field("In smaller type (optional)", detail), place.at, place.url,
        field("From (optional)", since, "Empty means at once."), choice("For", "span", SPANS, it?.until ? -1 : 0), place.until, tick("urgent", "Urgent", it?.urgent ?? false), warning],
      save: async () => {
        const span = Number(ticked(form, "span")[0] ?? 0);
        if (span < 0 && !until.value) return say("Say until when, or choose how long."), false;
        const begins = moment(since.value) || (it && it.since <= this.now() ? it.since : 0);
        const ends = span > 0 ? Math.round((moment(since.value) || this.now()) + span * 60_000) : span < 0 ? moment(until.value) : 0;
        const kind = ticked(form, "kind")[0];
        const body = { kind, text: text.value, detail: detail.value, url: kind === "countdown" ? "" : url.value.trim(), since: begins, until: ends, at: kind === "countdown" ? moment(at.value) : 0, urgent: form.urgent.checked, rev: it?.rev ?? 0 };
        this.receipt(await ask(it ? "PUT" : "POST", `/announcements${it ? `/${it.id}` : ""}`, body), "It is said");
      },
    });
    const show = () => {
      place.at.hidden = ticked(form, "kind")[0] !== "countdown";
      place.until.hidden = ticked(form, "span")[0] !== "-1";
      place.url.hidden = ticked(form, "kind")[0] === "countdown";
      warning.hidden = !form.urgent.checked;
    };
    form.addEventListener("change", show);
    show();
    text.focus();
  }

  editSponsor(it = null) {
    const name = h("input", { maxLength: 60, required: true, value: it?.name ?? "" });
    const file = h("input", { type: "file", accept: "image/png,image/jpeg" });
    const since = h("input", { type: "datetime-local", value: it && it.since > this.now() ? local(it.since) : "" });
    const until = h("input", { type: "datetime-local", value: local(it?.until) });
    const { say } = edit({
      title: it ? "Change the sponsor" : "A new sponsor", refused: this.refused,
      fields: [field("Name", name), field(it ? "Another logo (optional)" : "Logo", file, "PNG or JPEG, on a clear or white ground."), field("From (optional)", since, "Empty means at once."), field("Until (optional)", until, "Empty means until it is taken away.")],
      save: async () => {
        if (!file.files[0] && !it) return say("Choose the logo first."), false;
        if (file.files[0]?.size > LARGEST) return say("The logo is larger than 4 MB; choose a smaller one."), false;
        const picture = file.files[0] ? await upload(file.files[0]) : it.picture;
        const begins = moment(since.value) || (it && it.since <= this.now() ? it.since : 0);
        const body = { name: name.value, picture, since: begins, until: moment(until.value), rev: it?.rev ?? 0 };
        this.receipt(await ask(it ? "PUT" : "POST", `/sponsors${it ? `/${it.id}` : ""}`, body), `${name.value} takes turns`);
      },
      remove: it && (async () => this.receipt(await ask("DELETE", `/sponsors/${it.id}?rev=${it.rev}`), `${it.name} is gone`)),
    });
  }
}

/** Give the hub a logo; the name that it keeps it under. */
async function upload(file) {
  return (await ask("PUT", "/pictures", file)).picture;
}
