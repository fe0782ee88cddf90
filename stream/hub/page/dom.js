// Building and changing the page. Text from strangers only ever passes through `text` nodes.

/** An element with properties, `data-…`/`aria-…` attributes and children; strings become text nodes. */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name in element && !name.includes("-")) element[name] = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** An SVG element. */
export function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

export const all = (selector, root = document) => [...root.querySelectorAll(selector)];
export const one = (selector, root = document) => root.querySelector(selector);

/** Write text only where it differs, so that screen readers and selections are left in peace. */
export function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * Make the children of `list` show `items` in order: `make(item)` for new keys, `update(element, item)` for all.
 * Elements that stay are moved, never made anew, so that focus and a pressed finger survive.
 */
export function keyed(list, items, key, make, update = () => {}) {
  const before = new Map([...list.children].map((child) => [child.dataset.key, child]));
  let last = null;
  for (const item of items) {
    const name = String(key(item));
    let element = before.get(name);
    if (element) before.delete(name);
    else {
      element = make(item);
      element.dataset.key = name;
    }
    update(element, item);
    const place = last ? last.nextSibling : list.firstChild;
    if (element !== place) list.insertBefore(element, place);
    last = element;
  }
  for (const gone of before.values()) gone.remove();
}
