"""The chat: what is said becomes a request, and what is found becomes plain sentences."""
