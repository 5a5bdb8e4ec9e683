"""The product: a Django project whose apps each have two doors, queries.py and actions.py."""
