"""What users and agents do with conversations, one file each; every operation owns its transactions."""
