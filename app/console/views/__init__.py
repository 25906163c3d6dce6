"""One file for each page of the console: it calls one operation or query, and says which template shows the result."""
