"""Who contributed: credit as a manager sees it, what would be without it, the shared statement, and team goals."""
