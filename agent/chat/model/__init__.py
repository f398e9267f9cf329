"""Turns answered with a language model: it chooses tools and words, code keeps state and checks."""
