// A form over the page, for making or changing one thing. The safe scene stays in reach beside it.

import { all, h, one, write } from "./dom.js";

/**
 * Open a form. `save(form)` asks the hub, and its refusal is told in the form; `remove()` likewise, where there is something
 * to take away. The form closes when either went through, with Escape, or by Cancel; focus goes back to where it was.
 */
export function edit({ title, fields, save, remove, refused, saveLabel = "Save", removeLabel = "Take away" }) {
  one(".editor")?.remove();
  const before = document.activeElement;
  const fault = h("p", { className: "fault", role: "alert", id: "editor-fault" });
  const saving = h("button", { type: "submit", className: "take" }, saveLabel);
  const form = h("form", { className: "editor", role: "dialog", "aria-labelledby": "editor-title", autocomplete: "off", noValidate: true },
    h("h2", { id: "editor-title" }, title), h("div", { className: "fields" }, ...fields),
    h("div", { className: "editor-end" }, fault,
      remove && h("button", { type: "button", className: "plain away", onclick: () => done(remove) }, removeLabel),
      h("button", { type: "button", className: "plain", onclick: () => close() }, "Cancel"), saving));
  const close = () => { form.remove(); before?.isConnected && before.focus(); };
  const done = async (what) => {
    write(fault, "");
    const wrong = what === save && all("input, select, textarea", form).find((it) => it.checkVisibility() && isWrong(it.validity));
    if (wrong) {
      write(fault, `${wrong.labels[0]?.textContent || wrong.ariaLabel}: ${wrong.validationMessage}`);
      return wrong.focus();
    }
    saving.disabled = true;
    try {
      if ((await what(form)) !== false) close();
    } catch (refusal) {
      if (!refusal.status && !refusal.body) throw refusal;
      if (!refused(refusal)) write(fault, refusal.message);
    } finally {
      saving.disabled = false;
    }
  };
  form.addEventListener("submit", (event) => { event.preventDefault(); done(save); });
  form.addEventListener("keydown", (event) => event.key === "Escape" && close());
  one(".desk").append(form);
  (one("input, select, textarea", form) ?? saving).focus();
  return { form, close, say: (sentence) => write(fault, sentence) };
}

/** What the browser tells in the words of its own language; the hub knows better what an address or a time must be. */
const isWrong = ({ valueMissing, badInput, rangeUnderflow, rangeOverflow, stepMismatch }) => valueMissing || badInput || rangeUnderflow || rangeOverflow || stepMismatch;

let fields = 0;

/** A field with its label; `hint` stands below it. */
export function field(label, input, hint = "") {
  input.id ||= `field-${++fields}`;
  const told = hint && h("span", { className: "hint", id: `${input.id}-hint` }, hint);
  if (told) input.setAttribute("aria-describedby", told.id);
  return h("div", { className: "field" }, h("label", { htmlFor: input.id }, label), input, told);
}

/** A choice of a few, as buttons that stand beside each other; `options` is [value, words] each. */
export function choice(label, name, options, chosen, type = "radio") {
  const is = (value) => (Array.isArray(chosen) ? chosen.includes(value) : value === chosen);
  return h("fieldset", { className: "choice" }, h("legend", {}, label),
    h("div", { className: "options" }, ...options.map(([value, words]) => h("label", { className: "option" }, h("input", { type, name, value: String(value), checked: is(value) }), h("span", {}, words)))));
}

/** A switch: a box to tick, with words. */
export function tick(name, words, checked) {
  return h("label", { className: "tick" }, h("input", { type: "checkbox", name, checked }), h("span", {}, words));
}

export const ticked = (form, name) => all(`input[name="${name}"]:checked`, form).map((input) => input.value);

/** A moment in ms for an `<input type="datetime-local">`, "" for none; and back, 0 for none. */
export function local(ms) {
  if (!ms) return "";
  const at = new Date(ms);
  return new Date(ms - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
export const moment = (text) => (text ? new Date(text).getTime() : 0);

/** A time of the day, with the day where it is not today's; in `zone`, or the tablet's where it knows none of that name. */
export function clock(ms, zone = "") {
  const timeZone = known(zone);
  const at = new Date(ms);
  const day = (when) => when.toLocaleDateString([], { timeZone });
  if (day(at) === day(new Date())) return hour(ms, zone);
  return `${at.toLocaleDateString([], { weekday: "short", day: "numeric", month: "short", timeZone })} ${hour(ms, zone)}`;
}

export const hour = (ms, zone = "") => new Date(ms).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", timeZone: known(zone) });

function known(zone) {
  try {
    return zone ? new Intl.DateTimeFormat([], { timeZone: zone }).resolvedOptions().timeZone : undefined;
  } catch {
    return undefined;
  }
}
