"""What a site does to the network at its point of connection: chapters of a study, their tables and their page."""
