// Show: what runs when nobody has taken anything: playlists, the schedule of the week, the agenda of the event.

import { ask } from "./hub.js";
import { all, h, keyed, one, write } from "./dom.js";
import { choice, clock, edit, field, hour, ticked } from "./editor.js";
import { count, left, list, spoken } from "./words.js";

const LONGEST = 300_000; // characters of an agenda that the hub takes in
const BEHIND = "behind what is on air";
const DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

export class Show {
  constructor(desk, shared) {
    Object.assign(this, { desk, ...shared });
    this.page = one('[data-page="show"]', desk);
    this.plan = null;
    this.agenda = null;
    this.unread = { name: "", faults: [] }; // of the file that was imported here
    this.layouts = [];
    this.channels = {
      programme: (told) => { this.plan = told; this.draw(); },
      agenda: (told) => { this.agenda = told; this.drawAgenda(); },
      on_air: () => this.plan && this.draw(),
    };
    for (const [name, act] of [["playlist", () => this.editPlaylist()], ["slot", () => this.editSlot()], ["agenda", () => this.importAgenda()]]) {
      const button = one(`[data-new="${name}"]`, desk);
      button.hidden = !this.may;
      button.addEventListener("click", act);
    }
    one("[data-agenda-on]", desk).addEventListener("change", (event) => this.changeAgenda({ on: event.target.checked }));
  }

  open() {
    this.known = ask("GET", "/layouts").then(
      ({ layouts }) => { this.layouts = layouts.map(({ name }) => name); },
      (refusal) => this.refused(refusal) || this.toast(refusal.message, { kind: "fault" }),
    );
  }

  tick() {
    const playing = this.plan?.playing;
    const behind = this.isOnAir("playlist") ? "" : `${BEHIND}, `;
    for (const place of all("[data-left]", this.page)) write(place, playing ? `${behind}next in ${left(playing.until - this.now())}` : "");
  }

  /** Whether what is planned is what the wall shows, or something that goes before it. */
  isOnAir(why) {
    return this.onAir()?.why === why;
  }

  draw() {
    const { plan, page } = this;
    fill(one("[data-playlists]", page), plan.playlists, "No playlist yet. One shows layouts in turn, each for its time.", (it) => this.playlistRow(it));
    fill(one("[data-schedule]", page), plan.schedule, "Nothing is scheduled. Slots put a layout or a playlist on air at their time of the week.", (it) => this.slotRow(it));
    const next = plan.coming[0];
    write(one("[data-zone]", page), `Times of ${place(plan.zone)}.${next ? ` Next: ${clock(next.since, plan.zone)}, ${this.shown(next)}.` : ""}`);
    if (this.agenda) this.drawAgenda();
  }

  shown(it) {
    const playlist = this.plan.playlists.find(({ id }) => id === it.playlist);
    return it.title || (playlist ? playlist.title : it.playlist ? "a playlist that is gone" : spoken(it.layout));
  }

  playlistRow(it) {
    const running = this.plan.playing?.id === it.id ? this.plan.playing : null;
    const items = it.items.map((item, i) => h("span", { className: running?.place === i ? "item now-on" : "item" }, `${spoken(item.layout)} ${left(item.seconds * 1000)}`));
    const buttons = this.may && h("div", { className: "row-buttons" },
      running && h("button", { type: "button", className: "plain", onclick: () => this.decide("POST", "/playlist/next", undefined, "Next layout") }, "Next"),
      h("button", { type: "button", className: running ? "plain" : "good", onclick: () => this.run(it, !running) }, running ? "Stop" : "Start"),
      h("button", { type: "button", className: "plain", "aria-label": `Change ${it.title}`, onclick: () => this.editPlaylist(it) }, "Change"));
    return [running && this.isOnAir("playlist") ? "good" : "", h("strong", {}, it.title, running && h("span", { className: "quiet", "data-left": "" })), h("span", { className: "items" }, ...items), buttons];
  }

  run(it, on) {
    return this.decide("PUT", "/playlist", { id: on ? it.id : null, rev: this.plan.revs.playlist }, on ? `${it.title} runs` : "The playlist has stopped");
  }

  slotRow(it) {
    const on = this.plan.slot === it.id;
    const now = this.isOnAir("schedule") ? " · now" : ` · now, ${BEHIND}`;
    return [on && this.isOnAir("schedule") ? "good" : "", h("strong", {}, this.shown(it)), h("span", { className: "quiet" }, `${days(it.days)} ${it.start}–${it.end}${it.end <= it.start ? " the next day" : ""}${on ? now : ""}`),
      this.may && h("div", { className: "row-buttons" }, h("button", { type: "button", className: "plain", "aria-label": `Change ${this.shown(it)}`, onclick: () => this.editSlot(it) }, "Change"))];
  }

  async editPlaylist(it = null) {
    await this.known;
    const rows = h("div", { className: "fields" });
    const add = (item) => rows.append(this.itemRow(item));
    for (const item of it?.items ?? [{ layout: this.layouts[0], seconds: 60 }]) add(item);
    const name = h("input", { name: "title", maxLength: 60, required: true, value: it?.title ?? "" });
    const { say } = edit({
      title: it ? "Change the playlist" : "A new playlist", refused: this.refused,
      fields: [field("Name", name), h("div", { className: "field" }, h("span", { className: "as-label" }, "Layouts, each for so many seconds"), rows,
        h("button", { type: "button", className: "plain", onclick: () => add({ layout: this.layouts[0], seconds: 60 }) }, "Add a layout"))],
      save: async (form) => {
        const items = all(".item-row", form).map((row) => ({ layout: one("select", row).value, seconds: Number(one("input", row).value) }));
        if (!items.length) return say("Add a layout first."), false;
        await this.put("/playlist", it, { title: name.value, items }, `${name.value} is saved`);
      },
      remove: it && (() => this.take("/playlist", it, `${it.title} is gone`)),
    });
  }

  itemRow(item) {
    const layouts = this.layouts.includes(item.layout) ? this.layouts : [item.layout, ...this.layouts];
    const row = h("div", { className: "item-row" },
      h("select", { "aria-label": "Layout" }, ...layouts.map((layout) => h("option", { value: layout, selected: layout === item.layout }, spoken(layout)))),
      h("input", { type: "number", min: 5, max: 7200, value: item.seconds, inputMode: "numeric", "aria-label": "Seconds" }),
      h("button", { type: "button", className: "plain", "aria-label": "Earlier", onclick: () => row.previousSibling?.before(row) }, "↑"),
      h("button", { type: "button", className: "plain", "aria-label": "Leave it out", onclick: () => row.remove() }, "×"));
    return row;
  }

  async editSlot(it = null) {
    await this.known;
    const shown = it?.playlist ? `p:${it.playlist}` : `l:${it?.layout ?? this.layouts[0]}`;
    const option = (value, words) => h("option", { value, selected: value === shown }, words);
    const what = h("select", { name: "what" },
      h("optgroup", { label: "Layouts" }, ...this.layouts.map((name) => option(`l:${name}`, spoken(name)))),
      this.plan.playlists.length ? h("optgroup", { label: "Playlists" }, ...this.plan.playlists.map(({ id, title }) => option(`p:${id}`, title))) : null);
    const start = h("input", { type: "time", name: "start", required: true, value: it?.start ?? "09:00" });
    const end = h("input", { type: "time", name: "end", required: true, value: it?.end ?? "18:00" });
    const title = h("input", { name: "title", maxLength: 60, value: it?.title ?? "" });
    const { say } = edit({
      title: it ? "Change the slot" : "A new slot", refused: this.refused,
      fields: [choice("Days", "days", DAYS.map((day, i) => [i, day]), it?.days ?? [0, 1, 2, 3, 4], "checkbox"),
        h("div", { className: "pair" }, field("From", start), field("Until", end, "Earlier than the start means the next day.")), field("On air", what), field("Called (optional)", title)],
      save: async (form) => {
        const chosen = what.value.slice(2);
        if (!ticked(form, "days").length) return say("Choose at least one day."), false;
        const body = { days: ticked(form, "days").map(Number), start: start.value, end: end.value, title: title.value };
        await this.put("/schedule", it, { ...body, ...(what.value.startsWith("p:") ? { playlist: chosen } : { layout: chosen }) }, "The slot is saved");
      },
      remove: it && (() => this.take("/schedule", it, "The slot is gone")),
    });
  }

  put(path, it, body, words) {
    return this.told(ask(it ? "PUT" : "POST", it ? `${path}/${it.id}` : path, { ...body, rev: it?.rev ?? 0 }), words);
  }

  take(path, it, words) {
    return this.told(ask("DELETE", `${path}/${it.id}?rev=${it.rev}`), words);
  }

  async told(asked, words) {
    const answer = await asked;
    this.receipt(answer, words);
    return answer;
  }

  drawAgenda() {
    const { agenda, page } = this;
    const section = one("[data-agenda-section]", page);
    const has = agenda.sessions.length > 0;
    section.classList.toggle("has", has);
    const on = one("[data-agenda-on]", page);
    on.checked = agenda.on;
    on.disabled = !this.may;
    const zone = agenda.zone || this.plan?.zone || "";
    write(one("[data-agenda-about]", page), has ? `${count(agenda.sessions.length, "session")}${agenda.name ? ` of ${agenda.name}` : ""}${agenda.room ? `; the wall hangs in ${agenda.room}` : ""}.${zone ? ` Times of ${place(zone)}.` : ""}` : "");
    const mine = has && agenda.by === this.session.desk && agenda.name === this.unread.name;
    keyed(one("[data-agenda-faults]", page), mine ? this.unread.faults : [], (fault) => fault, (fault) => h("li", {}, fault));
    const near = this.near();
    fill(one("[data-sessions]", page), near, "No agenda yet. Import a CSV file (start, end, title, speaker, room) or an iCalendar file: the wall names the session under a spike, and turns to Speaker while somebody speaks.", (it) => this.sessionRow(it, zone));
    const hidden = agenda.sessions.length - near.length;
    write(one("[data-sessions-more]", page), hidden > 0 ? `${count(hidden, "other")} ${hidden > 1 ? "are" : "is"} earlier or later.` : "");
  }

  /** The sessions around now, or the first ones. */
  near() {
    const now = this.eventNow();
    const after = this.agenda.sessions.findIndex((it) => it.end > now);
    const start = Math.max(0, (after < 0 ? 0 : after) - 1);
    return this.agenda.sessions.slice(start, start + 12);
  }

  sessionRow(it, zone) {
    const on = this.plan?.speaking === it.id && this.isOnAir("speaker");
    const words = [`${clock(it.start, zone)}–${hour(it.end, zone)}`, it.speaker, it.room].filter(Boolean).join(" · ");
    const box = h("input", { type: "checkbox", checked: it.calm, disabled: !this.may, onchange: (event) => this.changeAgenda({ calm: { [it.id]: event.target.checked } }) });
    return [on ? "good" : "", h("strong", { dir: "auto" }, it.title), h("span", { className: "quiet" }, words), h("label", { className: "tick" }, box, h("span", {}, "Speaker"))];
  }

  changeAgenda(change) {
    return this.decide("PATCH", "/agenda", { ...change, rev: this.agenda.rev }, "The agenda is changed", () => this.drawAgenda());
  }

  importAgenda() {
    const file = h("input", { type: "file", accept: ".csv,.ics,text/csv,text/calendar", required: true });
    const room = h("input", { maxLength: 60, value: this.agenda?.room ?? "" });
    const zone = h("input", { maxLength: 60, value: this.agenda?.zone || this.plan?.zone || "" });
    const has = this.agenda?.sessions.length;
    const form = edit({
      title: "Import an agenda", saveLabel: "Import", removeLabel: "Take the agenda away", refused: this.refused,
      fields: [field("File", file, "CSV with start, end, title, speaker and room, or iCalendar (.ics)."), field("Room before the wall (optional)", room, "Only sessions there turn the wall to Speaker."),
        field("Time zone", zone, "For times that name none."), has ? h("p", { className: "quiet small" }, `It takes the place of ${count(has, "session").toLowerCase()}.`) : null].filter(Boolean),
      save: async () => {
        const text = await textOf(file.files[0]);
        if (text.length > LONGEST) return form.say("The file is too long; leave out descriptions, or sessions that are over."), false;
        const body = { text, name: file.files[0].name.slice(0, 100), zone: zone.value, room: room.value, rev: this.agenda?.rev ?? 0 };
        const answer = await ask("PUT", "/agenda", body);
        this.unread = { name: body.name, faults: answer.faults };
        this.drawAgenda();
        const unread = answer.faults.length ? "; what could not be read is listed under Agenda" : "";
        this.receipt(answer, `${count(answer.sessions, "session")} ${answer.sessions > 1 ? "are" : "is"} in${unread}`);
      },
      remove: has && this.agenda.rev ? () => this.told(ask("DELETE", `/agenda?rev=${this.agenda.rev}`), "The agenda is gone") : undefined,
    });
  }
}

/** The text of a file: Unicode where it is that, else as spreadsheets of Western Europe write it. */
async function textOf(file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const mark = `${bytes[0]},${bytes[1]}`;
  if (mark === "255,254" || mark === "254,255") return new TextDecoder(mark === "255,254" ? "utf-16le" : "utf-16be").decode(bytes);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}

/** "Europe/Vienna", "Etc/UTC" as people read them. */
const place = (zone) => zone.replace("Etc/", "").replaceAll("_", " ");

function days(chosen) {
  if (chosen.length === 7) return "Every day";
  const [first, last] = [chosen[0], chosen.at(-1)];
  if (chosen.length > 2 && last - first === chosen.length - 1) return `${DAYS[first]}–${DAYS[last]}`;
  return list(chosen.map((day) => DAYS[day]));
}

/** Rows of `items`; `make` gives [tone, …children]. A row whose look has not changed stays, so that focus survives. */
export function fill(place, items, none, make) {
  const key = (it) => (it ? `${it.id}` : "none");
  keyed(place, items.length ? items : [null], key, () => h("div", {}), (element, it) => {
    if (!it) {
      element.className = "none quiet";
      return write(element, none);
    }
    const [tone, ...children] = make(it);
    const fresh = h("div", { className: `row plan-row ${tone ? "is-on" : ""}` }, ...children);
    if (element.dataset.look === fresh.outerHTML && element.firstChild) return;
    const focused = element.contains(document.activeElement) ? all("button, input", element).indexOf(document.activeElement) : -1;
    element.dataset.look = fresh.outerHTML;
    element.className = fresh.className;
    element.replaceChildren(...fresh.childNodes);
    all("button, input", element)[focused]?.focus();
  });
}
