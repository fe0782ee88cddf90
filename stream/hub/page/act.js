// Act: posts that want an answer.

export class Act {
  constructor(desk, shared) {
    Object.assign(this, { desk, ...shared });
    this.channels = {};
  }
}
