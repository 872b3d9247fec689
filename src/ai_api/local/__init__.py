"""The one-command machine: a database, a small model and a first run on a computer that has none of them.

Nothing here is part of a production installation; what only this folder needs is the extra `local`.
"""
