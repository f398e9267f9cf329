"""The model's part: clients, rankers, fusion and checked reasons."""
