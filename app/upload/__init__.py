"""Images on their way from the browser, and how they are opened."""
