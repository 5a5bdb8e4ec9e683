"""What belongs together: the ordered store, and the kernels that read one person's events in order."""
