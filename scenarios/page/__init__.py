"""What pages and drawings are made of: quantities in words, styles, lines, charts, SVG, one HTML file."""
