"""Runs and sites side by side: one table, what differs in their inputs, and the pictures people would look at."""
