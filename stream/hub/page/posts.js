// Posts: what waits for a decision with its reason, and the newest ones; hide, approve, block, undo.

import { ask } from "./hub.js";
import { all, h, keyed, one, write } from "./dom.js";
import { age, source } from "./words.js";

const STATE = { shown: "On the wall", waiting: "Shown soon", held: "Waits for you", hidden: "Hidden" };

export class Posts {
  constructor(desk, { may, toast, refused, eventNow }) {
    Object.assign(this, { desk, may, toast, refused, eventNow });
    this.gone = new Map(); // id → decision made here that the hub's list does not know yet
    this.held = { posts: [], total: 0 };
    this.newest = [];
    this.channels = { held: (told) => this.heardHeld(told), posts: (told) => this.heardPosts(told) };
  }

  heardHeld(told) {
    this.held = told;
    for (const id of this.gone.keys()) if (!told.posts.some((post) => post.id === id)) this.gone.delete(id);
    this.drawHeld();
  }

  heardPosts(told) {
    this.newest = told.posts;
    this.drawPosts();
  }

  drawHeld() {
    const posts = this.held.posts.filter((post) => !this.gone.has(post.id));
    const total = Math.max(posts.length, this.held.total - this.gone.size);
    for (const place of all("[data-held]", this.desk)) {
      keyed(place, posts.length ? posts : [null], (post) => post?.id ?? "none", (post) => (post ? this.card(post, true) : h("p", { className: "none quiet" }, "Nothing waits. New posts that the rules doubt come here.")), (card, post) => post && this.refresh(card, post));
    }
    for (const place of all("[data-held-total]", this.desk)) write(place, total ? String(total) : "");
    for (const badge of all("[data-held-count]", this.desk)) {
      badge.hidden = !total;
      write(badge, total > 99 ? "99+" : String(total));
    }
  }

  drawPosts() {
    const posts = this.newest.length ? this.newest : [null];
    keyed(one("[data-posts]", this.desk), posts, (post) => post?.id ?? "none", (post) => (post ? this.card(post, false) : h("p", { className: "none quiet" }, "No posts yet.")), (card, post) => post && this.refresh(card, post));
  }

  card(post, isHeld) {
    const text = h("p", { className: "post-text", dir: "auto", lang: post.lang || undefined }, post.text);
    const card = h("article", { className: "card" }, h("p", { className: "post-head quiet" }, h("bdi", {}), h("span", {})), text, h("p", { className: "post-reason" }));
    if (this.may) card.append(isHeld ? this.heldButtons(post) : this.postButtons(post));
    return card;
  }

  heldButtons(post) {
    return h("div", { className: "pair" },
      h("button", { type: "button", className: "plain", onclick: () => this.decide(post, "hide") }, "Hide"),
      h("button", { type: "button", className: "good", onclick: () => this.decide(post, "approve") }, "Approve"));
  }

  postButtons(post) {
    return h("div", { className: "pair thin" },
      h("button", { type: "button", className: "plain hide-show", onclick: (event) => this.decide(post, event.currentTarget.dataset.decision) }),
      h("button", { type: "button", className: "plain", onclick: () => this.block(post) }, "Block author"));
  }

  refresh(card, post) {
    const name = post.name || post.handle || "somebody";
    const handle = post.handle && post.name ? `, @${post.handle.replace(/^@/, "")}` : "";
    write(one(".post-head bdi", card), `${name}${handle}`);
    write(one(".post-head span", card), ` · ${source(post.source)} · ${age(this.eventNow() - post.at)}`);
    write(one(".post-text", card), post.text);
    const reason = one(".post-reason", card);
    const state = this.gone.get(post.id) === "hide" ? "hidden" : post.state;
    write(reason, state === "held" ? `Held: ${post.reason || "needs a look"}` : [STATE[state] ?? state, post.reason].filter(Boolean).join(": "));
    reason.className = `post-reason is-${state}`;
    const toggle = one(".hide-show", card);
    if (toggle) {
      toggle.dataset.decision = state === "hidden" || state === "held" ? "approve" : "hide";
      write(toggle, state === "hidden" ? "Show again" : state === "held" ? "Approve" : "Hide");
    }
  }

  async decide(post, decision) {
    this.gone.set(post.id, decision);
    this.drawHeld();
    this.drawPosts();
    await this.settled("PUT", "/moderation/post", { id: post.id, decision }, decision === "hide" ? "Hidden" : "Approved", () => this.gone.delete(post.id));
  }

  async block(post) {
    const id = post.author;
    if (!id) return this.toast("The hub does not say who wrote this.", { kind: "fault" });
    await this.settled("PUT", "/moderation/author", { id, blocked: true }, `Blocked ${post.name || post.handle || "the author"}: counts nowhere now`);
  }

  /** Ask, then offer to take it back; a refusal puts the page as it was. */
  async settled(method, path, body, words, undone = () => {}) {
    try {
      const { id, saved } = await ask(method, path, body);
      this.toast(saved ? words : `${words} · not saved yet`, { action: "Undo", act: () => this.undo(id, undone) });
    } catch (refusal) {
      undone();
      this.drawHeld();
      this.drawPosts();
      if (!this.refused(refusal)) this.toast(refusal.message, { kind: "fault" });
    }
  }

  async undo(id, undone) {
    undone();
    this.drawHeld();
    await ask("POST", "/moderation/undo", { id }).then(
      () => this.toast("Taken back"),
      (refusal) => this.refused(refusal) || this.toast(refusal.message, { kind: "fault" }),
    );
  }
}
