"""Retention: how long each class of data is kept, and its end by itself."""
