"""Who is near a purchase, or wants a person: calibrated chances, each the sum of reasons that can be opened."""
