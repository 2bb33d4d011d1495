"""A site's load in milliseconds: what it swings by, what codes and the network make of it, and what would calm it."""
