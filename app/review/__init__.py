"""Pictures that a person looks through and decides about: one grid and one queue for all pages.

`shown` holds a list of images as the browser is told of it, and what a visitor's tabs have sent;
`decisions` turns what was decided into `Edits`; `routes` sends lists, large pictures and the
nearest images; `board` puts a list on a page, as a grid or as a queue; `findings` draws findings
with their pictures. In the browser `review.js` is the component: `marks.js` replays what was
decided, `outbox.js` keeps it until the server has it, `stage.js` shows one picture, `thumbs.js`
many, `search.js` finds a class. What goes between the two is spelled out in `types.js`.
"""
