"""One module a page: check access, ask one door, render."""
