"""What the numbers say: results as pages that stand on their own."""
