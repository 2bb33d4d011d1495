"""
A year of a site, quasi-steady: the laws of the replay at rest, over all steps at once, for each kind of rack.

What differs from a replay, and why, is told in `twin.year.steady`.
"""
