"""One module per step: takes the session, draws, returns the session."""
