"""Whether a rank moves when the evidence that its reason cites is taken away."""
