"""Home, Journeys, and our customers' way: what the numbers say, to people."""
