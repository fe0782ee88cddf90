"""The renderer: screens, painter, text, visuals, transitions."""
