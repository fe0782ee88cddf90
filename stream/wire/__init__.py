"""What hub, walls and tablets say to each other: the snapshot, the geometry of the screens, and the messages."""
