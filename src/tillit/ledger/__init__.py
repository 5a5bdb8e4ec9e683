"""Ledgers: what was said and done, in an order that cannot be changed without its showing."""
