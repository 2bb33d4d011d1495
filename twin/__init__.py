"""The physics and the run: what a site does, second by second, from the chip to the point of connection."""
