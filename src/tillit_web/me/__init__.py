"""The customer's own page: what we know, what for, and what they can do about it; without an account."""
