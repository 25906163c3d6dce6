"""The simulated outside: payment gateway, bank, SMS carrier and mailbox, as a program of its own.

It keeps durable books, listens on one port per part, and does wrong on the socket what it is asked
to do wrong. It knows nothing of the wallet and imports nothing of it.
"""
