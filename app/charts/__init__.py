"""Charts, and the colours of all."""
