"""Who did what, to whom and why: an append-only record whose entries hang together by their hashes."""
