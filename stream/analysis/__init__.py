"""What the hub measures: pure functions and statistics over rows; the clock and the random generator are arguments."""
