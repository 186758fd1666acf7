"""The map of points: what lies on it, what the browser draws, what a person selects.

To read in this order. `scene`: all points and which image each is, and the scenes that a visitor's
browser was told of. `colours`: what they can be coloured by. `selection`: what is in colour, from
the browser's bits and back to them. `card` and `table`: what is said of one point, and of many.
`point_map`: the part of a page that draws all this; what it tells the browser stands in `types.js`,
whose modules begin with `map.js`. `routes`: the addresses from which that fetches its code,
points, colours and cards. `umap`: the long work behind the map, in a process of its own.
`html_page`: a map as one file that opens anywhere, for the command line; it is
drawn by Plotly and shares only the colours of classes.

Pages take `point_map`, the scene, the selection and the tables; the server takes the routes.
"""
