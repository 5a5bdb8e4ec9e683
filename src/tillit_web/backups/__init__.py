"""Backups: one consistent, encrypted copy of a data directory, and keys that end."""
