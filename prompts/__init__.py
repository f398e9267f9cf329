"""Templates, the library that loads and locks them, token budgets, and reply parsers."""
