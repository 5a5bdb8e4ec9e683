"""Where things stand in a picture: pure geometry from result values, drawn by templates as SVG."""
