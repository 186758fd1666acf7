"""Balance: a strategy, and where its points lie.

`page` puts it together: a column of settings, with the vectors of `embed`, and beside it
the `map`, which has a second one by `beside`; `placing` starts what follows by itself. Under it,
`details` has the tabs: the plan, `risks` that speak against it, `quality` of the points, and the
`selection`, which `choice` keeps and `edits` change.
"""
