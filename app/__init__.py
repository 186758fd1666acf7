"""Evenset's two faces over `core`: the Streamlit app and the command line.

    settings.py  what the server is told, and where things are kept
    jobs         long work in the background, in threads and in a process of its own
    session      what a visitor has made, where it lies, and who they are
    shell        what stands around each page, and what pages share
    upload       images on their way from the browser, and how they are opened
    charts       charts, and the colours of all
    map          the map of points, Python and JavaScript
    review       pictures to look through and decide about, Python and JavaScript
    pages        load, audit, augment, balance, evaluate, export: a folder each
    main.py      the script that Streamlit runs: it puts the pages together
    server.py    the web server: Streamlit's pages and our own routes
    cli          `evenset`, one module a command

The rooms are listed lowest first, and import only from those before them. Pages never import each
other.

A *session* is what one visitor has made: a frozen record, and a graph. Each value says what it
needs, and putting a new one drops what hangs on the old one. A *page* takes the session, draws,
calls `core`, and returns the session with what the person made; it computes nothing itself and
catches nothing. A *job* is long work: it names what it needs and what it makes, tells its progress,
and can be cancelled; where an input was replaced meanwhile its result is dropped. A *workspace*
holds all three for one visitor, with the folder of their files.

Read `session` first, then `main.py` and a page such as `pages/audit`; then `jobs`, and `map`, the
largest room. `docs/design.md` follows a picture and a point through all of it.
"""
