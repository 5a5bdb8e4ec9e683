"""Conversations with customers: the machine first, one of us whenever they wish, and nobody asked twice."""
