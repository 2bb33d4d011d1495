"""How sure the figures of a year are: every number with a range is sampled."""
