"""How each kind of delivery is carried: `marketplace.py` to a marketplace, `cards.py` to Slack."""
