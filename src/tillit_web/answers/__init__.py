"""What the company's people have answered: written by them, found by customers, and silent when it is not sure."""
