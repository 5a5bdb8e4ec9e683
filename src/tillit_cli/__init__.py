"""The shell: parses arguments, calls one function, prints."""
