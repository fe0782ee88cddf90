// Say: announcements, countdowns, sponsors and QR codes.

export class Say {
  constructor(desk, shared) {
    Object.assign(this, { desk, ...shared });
    this.channels = {};
  }
}
