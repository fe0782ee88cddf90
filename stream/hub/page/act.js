// Act: posts that want an answer come up with the reason; one claims them, opens them at their network, marks them answered.

import { h, keyed, one, write } from "./dom.js";
import { age, figure, source } from "./words.js";

const PLACES = { open: "open", claimed: "claimed", answered: "done", aside: "done" };

export class Act {
  constructor(desk, shared) {
    Object.assign(this, { desk, ...shared });
    this.root = one('[data-page="act"]', desk);
    this.badge = one("[data-act-count]", desk);
    this.posts = new Map(); // by id, as the hub told them last
    this.channels = { act: (told) => this.told(told) };
  }

  told({ posts, open, claimed, first_answer_ms: first, knows_us: knows }) {
    this.posts = new Map(posts.map((post) => [post.id, post]));
    this.badge.hidden = !open;
    write(this.badge, open > 99 ? "99+" : String(open));
    const figures = [["open", figure(open), "wait for an answer"], ["claimed", figure(claimed), "claimed"], ["first", first === null ? "–" : age(first), "to the first answer"]];
    keyed(one("[data-act-figures]", this.root), figures, ([key]) => key, () => h("p", { className: "fact" }, h("strong", {}), " ", h("span", { className: "quiet" })), (element, [, big, small]) => {
      write(one("strong", element), big);
      write(one("span", element), small);
    });
    const none = knows ? "Nothing wants an answer now." : "Nobody has said yet which posts are to us: name our accounts under [accounts] in agora.toml, or track a brand on Conversation.";
    for (const place of ["open", "claimed", "done"]) {
      const here = posts.filter((post) => PLACES[post.stands] === place);
      const rows = here.length || place !== "open" ? here : [null];
      keyed(one(`[data-act-${place}]`, this.root), rows, (post) => post?.id ?? "none", (post) => (post ? this.card(post) : h("p", { className: "none quiet" })), (card, post) => (post ? this.fill(card, post) : write(card, none)));
    }
    one("[data-act-claimed-head]", this.root).hidden = !posts.some((post) => post.stands === "claimed");
    one("[data-act-done-head]", this.root).hidden = !posts.some((post) => PLACES[post.stands] === "done");
  }

  card(post) {
    const buttons = h("div", { className: "pair act-buttons" });
    if (this.may) {
      const button = (name, className) => h("button", { type: "button", className, "data-do": name, onclick: (event) => this.stand(this.posts.get(post.id) ?? post, event.currentTarget.dataset.state) });
      buttons.append(button("first", "good"), button("second", "plain"));
    }
    const link = post.url ? h("a", { className: "plain", href: post.url, target: "_blank", rel: "noopener noreferrer" }, `Open at ${source(post.source)}`) : null;
    return h("article", { className: "card" },
      h("p", { className: "reasons" }),
      h("p", { className: "post-head quiet" }, h("bdi", {}), h("span", {})),
      h("p", { className: "post-text", dir: "auto", lang: post.lang || undefined }, post.text),
      h("p", { className: "act-state small" }), buttons, link);
  }

  fill(card, post) {
    keyed(one(".reasons", card), post.reasons, (reason) => reason, (reason) => h("span", { className: "reason" }, reason));
    write(one("bdi", card), post.name || post.handle || "somebody");
    write(one(".post-head span", card), ` · ${source(post.source)} · ${age(this.eventNow() - post.at)}`);
    write(one(".post-text", card), post.text);
    const mine = post.by === this.session.desk;
    const took = age(Math.max(0, post.since - post.at));
    const state = one(".act-state", card);
    write(state, { open: "", claimed: mine ? "You have it." : `${post.by} has it.`, answered: post.own ? `Answered by our own account ${post.by} after ${took}.` : `Answered, says ${post.by}, after ${took}.`, aside: `Set aside by ${post.by}.` }[post.stands]);
    state.hidden = !state.textContent;
    if (!this.may) return;
    const ways = { open: [["claimed", "Claim"], ["aside", "Set aside"]], claimed: mine ? [["answered", "Answered"], ["open", "Give back"]] : [["claimed", "Take over"], null], answered: [null, post.own ? null : ["open", "Open again"]], aside: [null, ["open", "Open again"]] }[post.stands];
    ["first", "second"].forEach((name, i) => {
      const button = one(`[data-do="${name}"]`, card);
      button.hidden = !ways[i];
      if (ways[i]) {
        button.dataset.state = ways[i][0];
        write(button, ways[i][1]);
      }
    });
    one(".act-buttons", card).hidden = !ways.some(Boolean);
  }

  async stand(post, state) {
    const words = { claimed: "It is yours", answered: "Answered", aside: "Set aside", open: "Open again" }[state];
    const over = post.stands === "claimed" && post.by !== this.session.desk;
    await this.decide("PUT", "/act", { id: post.id, state, ...(over ? { over } : {}) }, words);
  }
}
