"""What users are told, by text or mail: an outbox in the caller's transaction, sent by a job through the edges."""
