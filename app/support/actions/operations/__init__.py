"""What agents do with action requests, one file each; what they are handed is in app.support.dependencies."""
