"""Where it hurts: steps that lose or hold up more customers than comparable ones do, and patterns that have a name."""
