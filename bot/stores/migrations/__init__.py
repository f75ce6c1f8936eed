"""How the tables came to be, step by step: run by `python -m bot migrate`, and by SQLite as it is opened."""
