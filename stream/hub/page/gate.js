// Signing in, and entering the PIN again after the tablet lay idle.

import { ask } from "./hub.js";
import { one } from "./dom.js";

const OUT = "signed-out";

/** The hub does not know this desk any more: back to the sign-in page, which says so. */
export function signedOut() {
  sessionStorage.setItem(OUT, "yes");
  location.reload();
}

/** Show the sign-in page; resolves to the session when the PIN was right. */
export function signIn(body) {
  body.replaceChildren(one("#sign-in").content.cloneNode(true));
  const form = one("form", body);
  form.desk.value = localStorage.getItem("desk") ?? "";
  form.pin.focus();
  if (sessionStorage.getItem(OUT)) one(".fault", form).textContent = "This desk was signed out: by an operator, by new PINs, or after twelve hours.";
  sessionStorage.removeItem(OUT);
  return answered(form, async () => {
    const session = await ask("POST", "/session", { pin: form.pin.value, desk: form.desk.value });
    localStorage.setItem("desk", form.desk.value);
    return session;
  });
}

/** Cover the page with a request for the PIN; resolves to the session. `out` is called when they would rather sign out. */
export function lock(place, out) {
  place.append(one("#lock").content.cloneNode(true));
  const form = one(".lock", place);
  one("[data-out]", form).addEventListener("click", out);
  form.pin.focus();
  return answered(form, () => ask("POST", "/session", { pin: form.pin.value })).finally(() => form.remove());
}

function answered(form, send) {
  const fault = one(".fault", form);
  const button = one("[type=submit]", form);
  return new Promise((resolve) => {
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      fault.textContent = "";
      button.disabled = true;
      try {
        resolve(await send());
      } catch (refusal) {
        fault.textContent = refusal.message;
        form.pin.value = "";
        form.pin.focus();
        await pause(button, refusal.body?.wait_s ?? 0);
      } finally {
        button.disabled = false;
      }
    });
  });
}

/** Count the seconds that the hub wants us to wait down on the button. */
async function pause(button, seconds) {
  const label = button.textContent;
  for (let left = seconds; left > 0 && button.isConnected; left--) {
    button.textContent = `Wait ${left} s`;
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
  button.textContent = label;
}
