// Posts: raids, what waits with its reason, the newest posts, and who decided what. One post or many at a time, by hand or by
// keyboard; every decision can be taken back.

import { ask } from "./hub.js";
import { all, h, keyed, one, write } from "./dom.js";
import { Features } from "./feature.js";
import { age, count, source } from "./words.js";

const STATE = { shown: "On the wall", waiting: "Shown soon", held: "Waits for you", hidden: "Hidden" };
const DONE = { hide: "Hidden", approve: "Approved" };
const KEYS = { a: "approve", h: "hide" };
const CHUNK = 100;
const AUDIT_MS = 5000;

export class Posts {
  constructor(desk, shared) {
    Object.assign(this, { desk, ...shared });
    this.gone = new Map(); // id → decision made here that the hub's list does not know yet
    this.chosen = new Set();
    this.held = { posts: [], total: 0 };
    this.newest = [];
    this.last = null; // takes the newest decision of this desk back
    this.features = new Features(desk, {
      may: this.may,
      now: this.now,
      settled: (...asked) => this.settled(...asked),
      text: (id) => [...this.newest, ...this.held.posts].find((post) => post.id === id)?.text,
    });
    this.channels = { hello: ({ grid }) => this.features.hang(grid), programme: (told) => { this.features.heard(told); this.drawPosts(); }, held: (told) => this.heardHeld(told), posts: (told) => this.heardPosts(told), raids: ({ raids }) => this.drawRaids(raids) };
    this.page = one('[data-page="posts"]', desk);
    one("[data-term]", desk).hidden = one("[data-keys]", desk).hidden = !this.may;
    if (!this.may) return;
    addEventListener("keydown", (event) => this.key(event));
    one("[data-term]", desk).addEventListener("submit", (event) => this.blockTerm(event));
  }

  open() {
    this.audit();
  }

  /** What other desks decide is in the list soon, while somebody looks at it. */
  tick() {
    if (performance.now() - this.auditedAt > AUDIT_MS) this.audit();
  }

  heardHeld(told) {
    this.held = told;
    for (const id of this.gone.keys()) if (!told.posts.some((post) => post.id === id)) this.gone.delete(id);
    this.drawHeld();
  }

  heardPosts(told) {
    this.newest = told.posts;
    this.drawPosts();
    this.features.draw();
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
    this.drawReasons(posts);
    this.drawBulk();
  }

  drawPosts() {
    const posts = this.newest.length ? this.newest : [null];
    keyed(one("[data-posts]", this.desk), posts, (post) => post?.id ?? "none", (post) => (post ? this.card(post, false) : h("p", { className: "none quiet" }, "No posts yet.")), (card, post) => post && this.refresh(card, post));
    this.drawBulk();
  }

  /** A raid is one decision, with what speaks for it. */
  drawRaids(raids) {
    one("[data-raids-section]", this.desk).hidden = !raids.length;
    keyed(one("[data-raids]", this.desk), raids, (raid) => raid.id, (raid) => this.raidCard(raid), (card, raid) => {
      card.classList.toggle("decided", Boolean(raid.decided));
      write(one("strong", card), raid.decided ? `Raid, ${raid.decided}` : "Raid: all of it is held");
      write(one(".raid-facts", card), `${count(raid.accounts, "account")}, ${Math.round(raid.strangers * 100)} % of them new here · ${count(raid.posts, "post").toLowerCase()}${raid.texts > 1 ? ` in ${raid.texts} texts` : ""} · ${Math.round(raid.alike * 100)} % alike · since ${age(this.eventNow() - raid.start)}`);
      keyed(one(".raid-examples", card), raid.examples, (post) => post.id, () => h("li", { dir: "auto" }), (item, post) => write(item, post.text));
      for (const button of all("button", card)) button.hidden = button.dataset.when !== (raid.decided ? "decided" : "open");
    });
  }

  raidCard(raid) {
    const decide = (decision, block, words) => () => this.raid(raid.id, decision, block, words);
    const button = (when, className, words, act) => h("button", { type: "button", className, "data-when": when, onclick: act }, words);
    return h("article", { className: "card raid" },
      h("p", {}, h("strong", {})), h("p", { className: "raid-facts" }), h("ul", { className: "raid-examples quiet" }),
      this.may && h("div", { className: "pair three" },
        button("open", "good", "Hide all, block accounts", decide("hide", true, "Raid hidden, its accounts blocked")),
        button("open", "plain", "Hide all", decide("hide", false, "Raid hidden")),
        button("open", "plain", "No raid: approve all", decide("approve", false, "Approved")),
        button("decided", "plain", "Decide again", decide("clear", false, "Held again"))));
  }

  /** Reasons that several held posts share, each chosen by one tap. */
  drawReasons(posts) {
    const groups = new Map(); // by reason, and by author: two people may have the same name
    const put = (key, words, post) => groups.set(key, { words, ids: [...(groups.get(key)?.ids ?? []), post.id] });
    for (const post of posts) put(`reason ${post.reason}`, post.reason, post);
    for (const post of posts) if (post.author) put(`author ${post.author}`, `by ${post.name || post.handle || "somebody"}`, post);
    const shared = [...groups].filter(([, { ids }]) => ids.length > 1).slice(0, 8);
    keyed(one("[data-reasons]", this.desk), this.may ? shared : [], ([key]) => key, () => h("button", { type: "button", className: "plain reason" }), (button, [, { words, ids }]) => {
      write(button, `${words} · ${ids.length}`);
      button.onclick = () => this.choose(ids);
    });
  }

  choose(ids) {
    const all = ids.every((id) => this.chosen.has(id));
    for (const id of ids) all ? this.chosen.delete(id) : this.chosen.add(id);
    this.drawHeld();
    this.drawPosts();
  }

  drawBulk() {
    const known = new Set([...this.held.posts, ...this.newest].map((post) => post.id));
    for (const id of this.chosen) if (!known.has(id)) this.chosen.delete(id);
    const bar = one("[data-bulk]", this.desk);
    bar.hidden = !this.chosen.size;
    if (bar.hidden) return bar.replaceChildren();
    if (!bar.firstChild) {
      const act = (className, words, decision) => h("button", { type: "button", className, onclick: () => this.judgeAll([...this.chosen], decision) }, words);
      bar.append(h("strong", {}), act("good", "Approve", "approve"), act("plain", "Hide", "hide"),
        h("button", { type: "button", className: "plain", onclick: () => { this.chosen.clear(); this.drawHeld(); this.drawPosts(); } }, "Choose none"));
    }
    write(one("strong", bar), `${count(this.chosen.size, "post")} chosen`);
  }

  card(post, isHeld) {
    const text = h("p", { className: "post-text", dir: "auto", lang: post.lang || undefined }, post.text);
    const head = h("p", { className: "post-head quiet" }, h("bdi", {}), h("span", {}));
    const card = h("article", { className: "card", tabIndex: -1, "data-post": post.id }, head, text, h("div", { className: "post-pictures" }), h("p", { className: "post-reason" }));
    if (this.may) {
      head.append(h("label", { className: "choose" }, h("input", { type: "checkbox", "aria-label": "Choose this post", onchange: () => this.choose([post.id]) })));
      card.append(isHeld ? this.heldButtons(post) : this.postButtons(post));
    }
    return card;
  }

  heldButtons(post) {
    return h("div", { className: "pair" },
      h("button", { type: "button", className: "plain", onclick: () => this.judge(post, "hide") }, "Hide"),
      h("button", { type: "button", className: "good", onclick: () => this.judge(post, "approve") }, "Approve"));
  }

  postButtons(post) {
    return h("div", { className: "pair thin four" },
      h("button", { type: "button", className: "plain hide-show", onclick: (event) => this.judge(post, event.currentTarget.dataset.decision) }),
      h("button", { type: "button", className: "plain pin", onclick: (event) => this.pin(post, event.currentTarget.getAttribute("aria-pressed") !== "true") }, "Pin"),
      h("button", { type: "button", className: "plain feature-button", onclick: () => this.features.choose(post) }, "Feature"),
      h("button", { type: "button", className: "plain", onclick: () => this.block(post) }, "Block author"));
  }

  refresh(card, post) {
    const name = post.name || post.handle || "somebody";
    const handle = post.handle && post.name ? `, @${post.handle.replace(/^@/, "")}` : "";
    write(one(".post-head bdi", card), `${name}${handle}`);
    write(one(".post-head span", card), ` · ${source(post.source)} · ${age(this.eventNow() - post.at)}`);
    write(one(".post-text", card), post.text);
    keyed(one(".post-pictures", card), post.pictures ?? [], (picture) => picture.name, (picture) => this.picture(picture), (element, picture) => this.refreshPicture(element, picture));
    const reason = one(".post-reason", card);
    const decided = this.gone.get(post.id);
    const state = decided === "hide" ? "hidden" : post.state;
    const why = decided ? "" : post.reason;
    write(reason, state === "held" ? `Held: ${why || "needs a look"}` : [`${STATE[state] ?? state}${post.pinned ? ", pinned" : ""}`, why].filter(Boolean).join(": "));
    reason.className = `post-reason is-${state}`;
    const box = one(".choose input", card);
    if (box) box.checked = this.chosen.has(post.id);
    card.classList.toggle("chosen", this.chosen.has(post.id));
    const toggle = one(".hide-show", card);
    if (!toggle) return;
    toggle.dataset.decision = state === "hidden" || state === "held" ? "approve" : "hide";
    write(toggle, state === "hidden" ? "Show again" : state === "held" ? "Approve" : "Hide");
    one(".pin", card).setAttribute("aria-pressed", String(post.pinned));
    write(one(".pin", card), post.pinned ? "Unpin" : "Pin");
    const large = this.features.on(post.id);
    one(".feature-button", card).setAttribute("aria-pressed", String(Boolean(large)));
    write(one(".feature-button", card), large ? `Off screen ${large}` : "Feature");
  }

  async judge(post, decision, anyway = false) {
    this.mark([post.id], decision);
    await this.settled("PUT", "/moderation/post", { id: post.id, decision, anyway }, DONE[decision], [post.id], () => this.judge(post, decision, true));
  }

  /** The same about many; the hub takes a hundred at a time. */
  async judgeAll(ids, decision, anyway = false) {
    this.chosen.clear();
    for (let i = 0; i < ids.length; i += CHUNK) {
      const some = ids.slice(i, i + CHUNK);
      this.mark(some, decision);
      await this.settled("PUT", "/moderation/posts", { ids: some, decision, anyway }, `${DONE[decision]}: ${count(some.length, "post").toLowerCase()}`, some, () => this.judgeAll(some, decision, true));
    }
  }

  raid(id, decision, block, words, anyway = false) {
    return this.settled("PUT", "/moderation/raid", { id, decision, block, anyway }, words, [], () => this.raid(id, decision, block, words, true));
  }

  pin(post, pinned) {
    return this.settled("PUT", "/moderation/pin", { id: post.id, pinned }, pinned ? "Pinned: it stands first" : "Not pinned any more", []);
  }

  /** A stranger's picture stays off the wall until somebody has approved it. */
  picture({ name, kind, alt }) {
    const image = h("img", { src: `/api/v1/moderation/pictures/${name}`, alt: alt || (kind === "avatar" ? "The author's picture" : "A picture without a description"), className: kind, loading: "lazy" });
    const button = (decision, words) => h("button", { type: "button", className: "plain", "data-decision": decision, onclick: () => this.decidePicture(name, decision) }, words);
    return h("figure", {}, image, this.may ? h("figcaption", {}, button("approve", "Show"), button("hide", "Never")) : null);
  }

  refreshPicture(element, { state }) {
    element.dataset.state = state;
    for (const button of all("button", element)) button.setAttribute("aria-pressed", String(button.dataset.decision === { approved: "approve", hidden: "hide" }[state]));
  }

  decidePicture(name, decision) {
    return this.settled("PUT", "/moderation/picture", { name, decision }, decision === "hide" ? "Picture kept off the wall" : "Picture on the wall", []);
  }

  async block(post) {
    if (!post.author) return this.toast("The hub does not say who wrote this.", { kind: "fault" });
    await this.settled("PUT", "/moderation/author", { id: post.author, blocked: true }, `Blocked ${post.name || post.handle || "the author"}: counts nowhere now`, []);
  }

  async blockTerm(event) {
    event.preventDefault();
    const form = event.currentTarget;
    const term = form.term.value.trim();
    if (term && (await this.settled("PUT", "/moderation/term", { term, blocked: true }, `Blocked “${term}”: posts with it are hidden`, []))) form.reset();
  }

  mark(ids, decision) {
    for (const id of ids) this.gone.set(id, decision);
    this.drawHeld();
    this.drawPosts();
  }

  unmark(ids) {
    for (const id of ids) this.gone.delete(id);
    this.drawHeld();
    this.drawPosts();
  }

  /** Ask, then offer to take it back; a refusal puts the page as it was. Somebody else's other decision is told first. */
  async settled(method, path, body, words, ids, again) {
    try {
      const told = await ask(method, path, body);
      const back = () => this.undo(told.ids ?? [told.id], ids);
      this.last = back;
      const more = told.refused ? `, ${told.refused} not: ${told.why}` : "";
      this.toast(`${words}${more}${told.saved ? "" : " · not saved yet"}`, { action: "Undo", act: back });
      this.audit();
      return true;
    } catch (refusal) {
      this.unmark(ids);
      if (refusal.status === 409 && again) this.toast(refusal.message, { action: "Do it anyway", act: again });
      else if (!this.refused(refusal)) this.toast(refusal.message, { kind: "fault" });
      return false;
    }
  }

  async undo(auditIds, ids) {
    this.last = null;
    this.unmark(ids);
    await ask("POST", "/moderation/undo", { ids: auditIds }).then(
      () => this.toast("Taken back"),
      (refusal) => this.refused(refusal) || this.toast(refusal.message, { kind: "fault" }),
    );
    this.audit();
  }

  /** j and k go through the cards; a approves, h hides, x chooses, p pins, b blocks the author, u takes the last one back. */
  key(event) {
    const typing = event.target.closest("input:not([type=checkbox]), textarea, select, [popover]");
    if (this.page.hidden || this.page.inert || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    const cards = all("[data-post]", this.page);
    const here = cards.indexOf(document.activeElement?.closest?.("[data-post]"));
    if (event.key === "j" || event.key === "k") {
      const next = cards[Math.max(0, Math.min(cards.length - 1, here + (event.key === "j" ? 1 : here < 0 ? 1 : -1)))];
      next?.focus();
      next?.scrollIntoView({ block: "nearest" });
    } else if (event.key === "u") this.last?.();
    else {
      const id = cards[here]?.dataset.post;
      const post = [...this.held.posts, ...this.newest].find((one) => one.id === id);
      if (!post) return;
      if (KEYS[event.key]) {
        if (this.chosen.size) this.judgeAll([...this.chosen], KEYS[event.key]);
        else {
          (cards[here + 1] ?? cards[here - 1])?.focus();
          this.judge(post, KEYS[event.key]);
        }
      } else if (event.key === "x") this.choose([id]);
      else if (event.key === "p") this.pin(post, !post.pinned);
      else if (event.key === "b") this.block(post);
      else return;
    }
    event.preventDefault();
  }

  /** Who decided what and when; ids, never content. */
  async audit() {
    if (this.page.hidden) return;
    this.auditedAt = performance.now();
    const told = await ask("GET", "/moderation/audit?limit=200").catch(() => null);
    if (!told) return;
    const about = told.decisions.filter(({ subject }) => /^(post|raid|pin|block|feature|picture|act|track):/.test(subject)).slice(0, 30);
    keyed(one("[data-audit]", this.desk), about, (one) => one.id, (one) => this.auditRow(one), (row, one) => write(row.lastChild.tagName === "BUTTON" ? row.children[1] : row.lastChild, age(this.now() - one.at)));
  }

  auditRow(decision) {
    const row = h("p", { className: "row audit" }, h("span", { dir: "auto" }, h("strong", {}, decision.by), ` ${said(decision)}`), h("span", { className: "quiet" }));
    if (this.may) row.append(h("button", { type: "button", className: "plain", onclick: () => this.undo([decision.id], []) }, "Undo"));
    return row;
  }
}

/** A decision in a few words. */
function said({ subject, new: value, reason }) {
  const [kind, ...rest] = subject.split(":");
  if (kind === "picture") return { approved: "let a picture be shown", hidden: "keeps a picture off the wall" }[value?.show] ?? "lets a picture wait again";
  if (kind === "act") return { claimed: "claimed a post", answered: "answered a post", aside: "set a post aside" }[value?.state] ?? "opened a post again";
  if (kind === "track") return value ? `changed the track “${rest.join(":")}”` : `let the track “${rest.join(":")}” be as configured`;
  if (kind === "feature") return value ? `showed a post large on screen ${rest[0]}` : `released screen ${rest[0]}`;
  const back = reason.startsWith("undo ") ? "took back: " : "";
  const what = { post: "a post", raid: "a raid", pin: "a post", block: rest[0] === "author" ? "an author" : `the term “${rest.slice(1).join(":")}”` }[kind];
  if (kind === "block") return `${back}${value ? "blocked" : "freed"} ${what}`;
  if (kind === "pin") return `${back}${value ? "pinned" : "unpinned"} ${what}`;
  const accounts = value?.authors?.length ? ` and blocked ${count(value.authors.length, "account").toLowerCase()}` : "";
  return `${back}${value ? { hidden: "hid", approved: "approved" }[value.show] : "let the rules decide about"} ${what}${accounts}`;
}
