"""Export: the balanced dataset."""
