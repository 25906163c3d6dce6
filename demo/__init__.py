"""The narrated tour behind script/demo: a client of a running wallet, over HTTP and nothing else.

`chapters/` tells the flows one by one; `tour.py` plays a step and checks what it said; `client.py` sends,
`narration.py` writes, `server.py` starts the same programs as script/server. Nothing of the wallet, the simulated
world or the supervisor is imported, so the tour can only know what any app could.
"""
