"""What happened: the event contract, reading files, mappings and recipes, the log and its digests."""
