"""What a difference between two recommenders is worth: test, family, power, verdict, noise.

One idea a file: `flips` (permutation test), `spread` (standard errors over people), `family`
(Holm), `power` (what a run of this size can find), `verdict` (all of it, in words), `noise`
(what comes from the model and what from the sample).
"""
