"""The agents' console: pages over the same operations as the API, rendered here, with htmx and no build step.

`pages.py` declares, `web.py` binds and serves, `views/` has one file for each page, `texts.py` every word in both
languages. No view reads or writes the database but through a domain's operation or query.
"""
