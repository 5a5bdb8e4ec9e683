"""Meetings that customers book themselves: the times, the holds, and the links by which a booking is moved or ended."""
