"""What a person will do with an item: learnt by ``fit`` from held-out events."""
