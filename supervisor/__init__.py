"""The process supervisor behind script/server: starts, watches, restarts and ends the programs.

It knows programs only as descriptions (programs.py); which ones make up the wallet is one table
(wallet.py). Standard library only, one thread, and no import of the programs it runs.
"""
