"""The store in SQL: PostgreSQL for several processes, SQLite for one. `bot.stores.opening` loads it when asked."""
