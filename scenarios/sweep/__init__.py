"""Designs of a site held against each other: a year of each, and the best that keep the limits."""
