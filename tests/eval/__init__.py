"""How right the analysis is, on real data where they are present, against the bars of the design: ``make eval``."""
