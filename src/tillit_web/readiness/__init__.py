"""Readiness in the product: what is judged before it speaks, what is switched on, and one customer now."""
