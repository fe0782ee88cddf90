// The wall as it hangs: true pictures at their places on the canvas of the grid, bezels over them.

export class Screens {
  /** `tallest()` gives the height in CSS pixels that the canvas may have; `numbers` writes the numbers of dead screens on them. */
  constructor(canvas, { tallest, numbers = true }) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d", { alpha: false });
    this.tallest = tallest;
    this.numbers = numbers;
    this.grid = null;
    this.images = new Map(); // screens → {bitmap, at, screens}
    this.decoding = new Map(); // screens → {next: newest frame that waits}
    this.dead = [];
    new ResizeObserver(() => this.fit()).observe(canvas.parentElement);
  }

  /** Take over the geometry; the canvas gets its shape by its width and height, never by inline style. */
  hang(grid) {
    this.grid = grid;
    this.width = grid.columns * grid.width + (grid.columns - 1) * grid.gap_x;
    this.height = grid.rows * grid.height + (grid.rows - 1) * grid.gap_y;
    this.fit();
  }

  fit() {
    if (!this.grid) return;
    const box = this.canvas.parentElement;
    const ratio = Math.min(window.devicePixelRatio || 1, 2);
    const scale = Math.min(box.clientWidth / this.width, this.tallest() / this.height);
    const width = Math.max(1, Math.round(this.width * scale * ratio));
    const height = Math.max(1, Math.round(this.height * scale * ratio));
    if (this.canvas.width !== width || this.canvas.height !== height) {
      this.canvas.width = width;
      this.canvas.height = height;
      this.canvas.style.width = `${width / ratio}px`;
      this.canvas.style.height = `${height / ratio}px`;
    }
    this.draw();
  }

  /** Show a JPEG when it is decoded; of those that come meanwhile only the newest. */
  async show(head, blob) {
    const name = head.screens.join("-");
    const busy = this.decoding.get(name);
    if (busy) {
      busy.next = { head, blob };
      return;
    }
    const work = { next: { head, blob } };
    this.decoding.set(name, work);
    while (work.next) {
      const frame = work.next;
      work.next = null;
      const bitmap = await createImageBitmap(frame.blob).catch(() => null);
      if (this.decoding.get(name) !== work) return bitmap?.close(); // not to be shown any more
      if (!bitmap) continue; // a picture that cannot be read is left out; the next one comes
      this.images.get(name)?.bitmap.close();
      this.images.set(name, { bitmap, at: frame.head.at, screens: frame.head.screens });
      this.draw();
    }
    this.decoding.delete(name);
  }

  /** Keep only pictures of these sets of screens: the others may show what was deleted since. */
  keep(sets) {
    const names = new Set(sets.map((screens) => screens.join("-")));
    for (const [name, { bitmap }] of this.images) {
      if (!names.has(name)) {
        bitmap.close();
        this.images.delete(name);
      }
    }
    for (const name of [...this.decoding.keys()]) if (!names.has(name)) this.decoding.delete(name);
    this.draw();
  }

  /** Hub time of the oldest picture shown, or null where there is none. */
  oldest() {
    const times = [...this.images.values()].map((image) => image.at);
    return times.length ? Math.min(...times) : null;
  }

  /** For each screen the age of its picture at hub time `now` in ms, null without one, and whether it is dead. */
  ages(now) {
    const at = new Map();
    for (const image of this.images.values()) for (const number of image.screens) at.set(number, Math.max(at.get(number) ?? 0, image.at));
    const numbers = Array.from({ length: this.grid.columns * this.grid.rows }, (_, i) => i + 1);
    return numbers.map((number) => ({ number, ms: at.has(number) ? Math.max(0, now - at.get(number)) : null, dead: this.dead.includes(number) }));
  }

  mark(dead) {
    if (dead.join() === this.dead.join()) return;
    this.dead = dead;
    this.draw();
  }

  place(number) {
    const { columns, width, height, gap_x: gapX, gap_y: gapY } = this.grid;
    const row = Math.floor((number - 1) / columns);
    return [((number - 1) % columns) * (width + gapX), row * (height + gapY), width, height];
  }

  around(screens) {
    const places = screens.map((n) => this.place(n));
    const x = Math.min(...places.map((p) => p[0]));
    const y = Math.min(...places.map((p) => p[1]));
    return [x, y, Math.max(...places.map((p) => p[0] + p[2])) - x, Math.max(...places.map((p) => p[1] + p[3])) - y];
  }

  draw() {
    if (!this.grid) return;
    const { context: c, grid } = this;
    const scale = this.canvas.width / this.width;
    c.setTransform(1, 0, 0, 1, 0, 0);
    c.fillStyle = "#000";
    c.fillRect(0, 0, this.canvas.width, this.canvas.height);
    c.setTransform(scale, 0, 0, scale, 0, 0);
    c.fillStyle = "#05080F";
    for (let n = 1; n <= grid.columns * grid.rows; n++) c.fillRect(...this.place(n));
    c.imageSmoothingQuality = "high";
    for (const { bitmap, screens } of this.images.values()) c.drawImage(bitmap, ...this.around(screens));
    c.fillStyle = "#000";
    for (let i = 1; i < grid.columns; i++) c.fillRect(i * (grid.width + grid.gap_x) - grid.gap_x, 0, grid.gap_x, this.height);
    for (let i = 1; i < grid.rows; i++) c.fillRect(0, i * (grid.height + grid.gap_y) - grid.gap_y, this.width, grid.gap_y);
    if (this.numbers) for (const number of this.dead) this.drawDead(number);
  }

  drawDead(number) {
    const { context: c } = this;
    const [x, y, w, h] = this.place(number);
    c.fillStyle = "#0B0F18";
    c.fillRect(x, y, w, h);
    c.strokeStyle = "#FFB02E";
    c.lineWidth = 12;
    c.setLineDash([60, 40]);
    c.strokeRect(x + 30, y + 30, w - 60, h - 60);
    c.setLineDash([]);
    c.textAlign = "center";
    c.fillStyle = "#FFB02E";
    c.font = '600 300px "Inter", system-ui, sans-serif';
    c.fillText(String(number), x + w / 2, y + h / 2 + 60);
    c.font = '500 110px "Inter", system-ui, sans-serif';
    c.fillText("no answer", x + w / 2, y + h / 2 + 260);
  }
}
