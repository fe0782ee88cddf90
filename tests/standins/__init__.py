"""Stand-in servers on loopback that speak the networks' protocols, and misbehave on command."""
