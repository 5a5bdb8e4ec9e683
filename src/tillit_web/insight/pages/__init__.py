"""What each page says: pure functions from result values to what its template prints."""
