"""Files that a browser sends: the area on the page, the pieces, and what is made of them.

To read in this order. `area`: the part of a page; its modules begin with `uploader.js`, and
`transfer.js` sends. `routes`: the addresses that take what is sent. `announcement` reads the list
of files that comes first, `chunks` numbers their chunks, `uploads` keeps what has arrived of each
upload. `loading` starts the job that makes a dataset of it, and `reading` is the work of that job;
`waiting` shows pictures of what waits for a word about its labels.
"""
