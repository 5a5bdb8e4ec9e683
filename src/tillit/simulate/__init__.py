"""Do we tell the truth? Companies whose truth is known, for tests and the demo alone."""
