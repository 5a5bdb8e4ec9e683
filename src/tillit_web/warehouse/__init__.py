"""What we have: files as they come in, the log of events, and the builds that pages read."""
