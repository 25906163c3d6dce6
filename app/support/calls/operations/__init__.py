"""What users and agents do on the hotline, one file each; what they are handed is in app.support.dependencies."""
