"""The soak: twenty minutes of calls with a fault a minute, after which nothing has grown and the books are right."""
