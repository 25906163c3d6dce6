"""A deterministic simulation of the whole wallet: one seed, one schedule, one outcome.

The real wallet over a real database, called by several clients that take turns as the seed says, against a gateway and
a bank that keep books of their own, lose answers and come late. Processes are killed in the middle. Then the weather
clears, a day passes, and everything must add up. `python -m tests.simulation --seeds 5000` plays thousands.

What lies where:

| file | holds |
|---|---|
| `machine.py` | the simulated computer: frozen time, sleep, which processes live |
| `scheduler.py` | who goes on at each switch point, and who dies there |
| `boundary.py` | switch points around the database's transactions |
| `faults.py`, `outside.py` | what can go wrong on the way, the gateway and the bank |
| `journal.py`, `customers.py`, `desk.py` | what people sent and were told, what they do, and who gives money back |
| `backstage.py` | workers, late requests, callbacks, the clock's jumps |
| `oracle.py`, `snapshot.py` | what must be true at every step, and at the end |
| `arena.py`, `playing.py` | a fresh database per seed, and one run from seed to report |
| `bugs.py` | mistakes that are planted to see the oracle cry |
"""
