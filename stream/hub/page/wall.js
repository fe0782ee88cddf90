// The wall in a browser: black, the pictures that the walls send, nothing else.

import { Link } from "./hub.js";
import { Screens } from "./screens.js";

const LONELY_MS = 3000; // without the hub nobody can tell us that a post was deleted, so its picture goes

const canvas = document.querySelector("canvas");
const note = document.querySelector(".note");
const full = document.querySelector(".full");
const screens = new Screens(canvas, { tallest: () => innerHeight, numbers: false });
let link = null;
let alone = performance.now();
let stillTimer;

function connect() {
  link = new Link("/ws/tablet?view=wall", {
    heard(channel, data) {
      if (channel === "hello") screens.hang(data.grid);
      else if (channel === "pictures") screens.keep(data.screens);
    },
    pictured: (head, blob) => screens.show(head, blob),
    linked: (open) => { alone = open ? null : performance.now(); },
    signedOut: () => location.replace("/?next=wall"),
  });
}

function look() {
  if (alone !== null && performance.now() - alone > LONELY_MS) screens.keep([]);
  const dark = screens.images.size === 0;
  canvas.classList.toggle("gone", dark);
  note.classList.toggle("shown", dark);
  const words = alone === null ? "Waiting for the wall" : "Waiting for the hub";
  if (note.textContent !== words) note.textContent = words;
}

function stir() {
  document.body.classList.remove("still");
  clearTimeout(stillTimer);
  stillTimer = setTimeout(() => document.body.classList.add("still"), 2500);
}

async function fill() {
  if (document.fullscreenElement) await document.exitFullscreen();
  else await document.documentElement.requestFullscreen();
}

async function stayAwake() {
  try {
    await navigator.wakeLock?.request("screen");
  } catch {
    // a browser that may not keep the screen on shows the wall all the same
  }
}

// Nobody watches a hidden page: the walls need not send large pictures for it.
document.addEventListener("visibilitychange", () => {
  if (document.hidden) {
    link.close();
    alone = performance.now();
  } else {
    connect();
    stayAwake();
  }
});
full.hidden = !document.fullscreenEnabled;
full.addEventListener("click", fill);
canvas.addEventListener("dblclick", fill);
for (const event of ["pointermove", "pointerdown", "keydown"]) addEventListener(event, stir);
addEventListener("keydown", (event) => { if (event.key === "f") fill(); });

connect();
stir();
stayAwake();
setInterval(look, 250);
