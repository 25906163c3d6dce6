"""The chapters of the tour, one file each; `demo/contents.py` puts them in order."""
