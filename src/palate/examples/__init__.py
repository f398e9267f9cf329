"""Example catalogues that ship with Palate, for the demo, the tutorials and the tests."""
