"""The third clock: power of a site at 1 to 20 ms, electrical only, temperatures held, from chips to connection."""
