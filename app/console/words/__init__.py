"""The words of each page in both languages, a file per page; texts.py puts them together."""
