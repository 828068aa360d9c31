"""The model: one run of a scenario."""
