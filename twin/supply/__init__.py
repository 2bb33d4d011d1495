"""On-site supply: fleets of units, storage, sun and the grid, and their cheapest or cleanest use."""
