"""Did it help? What a person adds at a moment, estimated from decisions that logged their probabilities."""
