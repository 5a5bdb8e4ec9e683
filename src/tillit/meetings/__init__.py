"""Meetings: at which moments a customer is met by a person and at which by a machine, and the log of it."""
