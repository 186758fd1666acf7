"""The map of points: scene, colours, selection, its addresses, and what runs in the browser."""
