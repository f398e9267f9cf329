"""480 real films described in our own words, and 252 simulated people who watch them.

``items.jsonl`` holds the films (checked in ``docs/film-facts.md``), ``users.csv`` and
``events.csv`` the people. The people do not exist: ``simulate.py`` made them, and says how.
"""
