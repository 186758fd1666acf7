"""Load: bring images."""
