"""The guest book: visitors write to the wall without an account, and staff read every message before it is shown."""
