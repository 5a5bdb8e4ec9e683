"""Whose touch came before a sale: shares of credit over channels, functions, places and campaigns; not causes."""
