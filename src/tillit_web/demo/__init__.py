"""The demo: throw-away installations of a simulated company, of real receipts, and of nothing yet."""
