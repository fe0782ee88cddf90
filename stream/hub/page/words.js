// How the page says numbers, ages and reasons.

const COUNT = ["No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten", "Eleven", "Twelve"];

/** 6, "screen" → "Six screens". */
export function count(n, noun) {
  return `${COUNT[n] ?? n} ${noun}${n === 1 ? "" : "s"}`;
}

/** An age in milliseconds as a few words. */
export function age(ms) {
  const s = Math.max(0, ms) / 1000;
  if (s < 10) return `${s.toFixed(1)} s`;
  if (s < 90) return `${Math.round(s)} s`;
  if (s < 5400) return `${Math.round(s / 60)} min`;
  if (s < 129600) return `${Math.round(s / 3600)} h`;
  return `${Math.round(s / 86400)} days`;
}

/** Time left in milliseconds as 2:40. */
export function left(ms) {
  const s = Math.max(0, Math.ceil(ms / 1000));
  const rest = String(s % 60).padStart(2, "0");
  return s < 3600 ? `${Math.floor(s / 60)}:${rest}` : `${Math.floor(s / 3600)}:${String(Math.floor((s % 3600) / 60)).padStart(2, "0")}:${rest}`;
}

/** A change against before (1 is twice as many), as people say it. */
export function change(value) {
  if (value === null || value === undefined) return "";
  const factor = 1 + value;
  if (factor >= 1.9 && factor < 2.2) return "twice the usual";
  if (factor >= 2.2) return `${factor.toFixed(factor < 10 ? 1 : 0)} times the usual`;
  if (factor > 1.1) return "more than usual";
  if (factor < 0.9) return "less than usual";
  return "as usual";
}

/** A layout's name as people say it: "test-pattern" → "Test pattern". */
export function spoken(name) {
  return name.charAt(0).toUpperCase() + name.slice(1).replaceAll("-", " ");
}

/** How many times its usual a topic has grown; what hardly was there before is new. */
export function growth(factor) {
  if (!factor) return "rising";
  return factor >= 50 ? "rising, new" : `rising, × ${factor.toFixed(factor < 10 ? 1 : 0)}`;
}

/** A figure with thin spaces between thousands. */
export function figure(value) {
  const digits = value < 10 && value % 1 ? 1 : 0;
  return value.toFixed(digits).replace(/\B(?=(\d{3})+(?!\d))/g, "\u202f");
}

/** Numbers of screens as a list: "3", "3 and 6", "1, 2 and 3". */
export function list(names) {
  const words = names.map(String);
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

/** Why a layout is on air, and until when (`until` and `now` are hub time in ms); `plan` and `agenda` as the hub told them. */
export function why(air, now, plan = null, agenda = null) {
  const until = air.until ? left(air.until - now) : "";
  const by = air.by || "somebody";
  switch (air.why) {
    case "panic": return `by ${by}, until it is released`;
    case "urgent": return `an urgent announcement by ${by}${until ? `, ${until} left` : ", until it is taken back"}`;
    case "freeze": return `frozen by ${by}, until it is let move`;
    case "take": {
      if (air.back) return `looking back, by ${by}; live again in ${until}`;
      const what = air.focus ? `turned to ${air.focus.graph === "topics" ? air.focus.id : "a person"} by ${by}` : `taken by ${by}`;
      return until ? `${what}; the programme goes on in ${until}` : what;
    }
    case "speaker": {
      const session = agenda?.sessions.find(({ id }) => id === plan?.speaking);
      return `${session ? `“${session.title}” is on` : "a speaker is on"}, as the agenda says${until ? `, for ${until}` : ""}`;
    }
    case "schedule": return until ? `scheduled, for ${until} from now` : "as scheduled";
    case "playlist": {
      const playlist = plan?.playlists.find(({ id }) => id === plan.playing?.id);
      const next = playlist?.items[((plan.playing?.place ?? 0) + 1) % playlist.items.length];
      const name = playlist ? `playlist ${playlist.title}` : "playlist";
      return until ? `${name}, ${next ? spoken(next.layout) : "the next"} in ${until}` : name;
    }
    default: return "the programme, until something else is planned or taken";
  }
}

/** What must end before what was taken is on the wall, "" where nothing stands over it. */
export function over(air) {
  return { panic: "the safe scene is released", urgent: "the urgent announcement is over", freeze: "the picture is let move" }[air.why] ?? "";
}

/** Networks as their users write them. */
export const SOURCE = {
  bluesky: "Bluesky", mastodon: "Mastodon", x: "X", rss: "RSS", hackernews: "Hacker News",
  webhook: "Webhook", guestbook: "Guest book", archive: "Archive", simulation: "Simulation",
};
export const source = (name) => SOURCE[name] ?? name;
