"""Results of `core` to figures of plotly, or to HTML. No page and no session.

`layout` is what all charts share; colours of classes and outcomes are `core.colours`. One module
for each subject: `classes` (images of each class, what a plan does to them), `evaluation` (what a
comparison found) and `intervals` (its rows on one scale), `curves` (what more images would bring,
how far scores can be believed), `evidence` (what was tried with each augmentation), `operations`
(what each brings to a model). The map of points has a room of its own, `app.map`.
"""
