"""Results of `core` to plotly figures, and the colours of all. No page and no session.

`palette` has the colours of classes and of outcomes, `layout` what all charts share. One module
for each subject: `classes` (images of each class, what a plan does to them), `evaluation` (what a
comparison found), `curves` (what more images would bring), `evidence` (what was tried with each
augmentation). The map of points has a room of its own, `app.map`.
"""
