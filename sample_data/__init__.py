"""Sets that ship with the project, and the script that draws them."""
