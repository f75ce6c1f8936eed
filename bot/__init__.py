"""Takedown Desk: people ask, the desk decides, the outbox carries."""
