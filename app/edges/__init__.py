"""The outside as the wallet sees it: a gateway, a bank, an SMS carrier, a mailbox.

`protocols.py` says what can be asked, `results.py` what can come back; the clients beside them
speak HTTP and SMTP. No business rule, no database: an edge reports what happened on the wire.
"""
