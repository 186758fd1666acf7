"""What stands around each page, and what pages share."""
