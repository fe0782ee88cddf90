"""Posts that want an answer: which, why, who has claimed them, and when they were answered. Pure."""
