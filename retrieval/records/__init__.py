"""What the store does with each kind of record; every function works on an open connection."""
