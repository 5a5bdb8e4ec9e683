"""Shared mailboxes: customers' mail becomes conversations, and what we say in them goes out as mail."""
