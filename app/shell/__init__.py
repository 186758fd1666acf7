"""What stands around each page, and what pages share.

To read in this order. `page`: what a page is, and its common parts, such as question and answer.
`sidebar`: dataset, links to the pages with their states, and work under way, of which `job_line`
draws each job there and where it was asked for. `plan` draws the strategy and its settings, on
Balance and on Export. `thumbnails` are pictures, small and large, and their addresses.
`browser_code` gives JavaScript to the browser; the style and the mark of every
page lie here as well.
"""
