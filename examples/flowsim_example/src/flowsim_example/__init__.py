"""A policy, a hazard, a reader and a figure for flowsim, each in a module of its own."""
