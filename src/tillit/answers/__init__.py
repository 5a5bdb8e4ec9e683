"""What the company's own people have answered, found again, or left to a person when in doubt."""
