"""Long work in the background, in threads and in a process of its own.

To read in this order. `queue`: a `Job`, with its progress, cancel and the names of what it needs
and puts; the slots, of which each visitor has one job at a time; and the queue of all visitors.
`process`: run a function in a process of its own; `worker_process` is what runs in it.

Pages make a `Job` and give it to `Workspace.start`, or to `Workspace.begin` where it starts by
itself.
"""
