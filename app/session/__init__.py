"""What a visitor has made, where it lies, and who they are."""
