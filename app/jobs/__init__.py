"""Long work in the background, in threads and in a process of its own."""
