"""Meetings: decisions over HTTP, and the page on which a team says how customers are met."""
