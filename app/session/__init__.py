"""What a visitor has made, where it lies, and who they are.

To read in this order. `graph`: values that hang on each other, and `put`, which drops what hung on
a replaced one. `session` declares every value of a visitor once. `workspace`: one visitor, with
the session, the jobs that change it, the folder of their files and what other rooms attach.
`workspaces`: all visitors of a server, by their tokens. `root_folder`: where the folders lie and
who uses them. `store` and `kept_report` write a session down and open it again; `kept_session` does
so at each change, and sets aside what other images replace; `made_work` says in words what that is.
`embedding` makes the vectors and the first map, for jobs and for `store`; `audit_jobs` the pieces
of the audit that take long; `ahead` does both before anybody asks.

Pages see `Session` and `Workspace`; `WORKSPACES` belongs to the server, and to who asks for limits.
"""
