"""Running the product: one command, one web process, one supervised worker, one lock per data directory."""
