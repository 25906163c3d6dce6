"""The tour of script/demo, and the documents that a newcomer meets first."""
