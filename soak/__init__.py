"""`script/soak`: money moves while everything is killed, then the books are judged.

A client in another program, like demo/: it knows the wallet by its HTTP contract and by the processes of
`script/server`, imports nothing of app, world or supervisor, and reads no database. What it asked for and was answered
stands in journals of its own; only those, and what the wallet answers in the end, are evidence.
"""
