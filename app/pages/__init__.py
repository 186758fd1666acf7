"""The six pages, a folder each."""
