"""From end to end: real programs, real sockets, as a client in another repository meets them."""
