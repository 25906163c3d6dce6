"""The sandbox's pages for people, below `/sandbox`: the doors' operations with buttons. Not imported in production."""
