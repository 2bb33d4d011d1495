"""The page of one run: its figures, charts and drawings."""
