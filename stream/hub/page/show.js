// Show: playlists, the schedule and the agenda of the event.

export class Show {
  constructor(desk, shared) {
    Object.assign(this, { desk, ...shared });
    this.channels = {};
  }
}
