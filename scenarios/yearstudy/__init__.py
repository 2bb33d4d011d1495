"""A planning year of a site: its weather and work, the solved year, and its page."""
