"""Balance: a strategy, and where its points lie."""
