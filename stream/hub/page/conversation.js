// Conversation: what rises and why; a tap turns the whole wall to it.

export class Conversation {
  constructor(desk, shared) {
    Object.assign(this, { desk, ...shared });
    this.channels = {};
  }
}
