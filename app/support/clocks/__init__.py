"""How long a case may take: its clocks, as events from which deadlines are computed, and what happens when one passes.

Opening hours are in `app.support.calendar`; a case's own states are in `app.support.conversations`.
"""
