"""Balance: a strategy, and where its points lie.

`page` puts it together. `risks` has what speaks against the plan; `embed` starts the vectors and
the maps, `map` draws one by its settings, with `beside` for a second and `placing` for what follows
by itself. `choice` keeps what is selected, `selection` shows it, `edits` change it. `quality` says
how good the points are.
"""
