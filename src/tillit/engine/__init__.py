"""Where it runs: SQL statements with headers, named steps, the kernels' runner, and DuckDB beneath."""
