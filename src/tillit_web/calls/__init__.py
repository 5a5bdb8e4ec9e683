"""Calls: why each was made, what came of it, and who is to be called because they asked."""
