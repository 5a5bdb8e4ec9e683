"""Events as they happen: from browsers, tills and servers to stable storage, and sealed into the log."""
