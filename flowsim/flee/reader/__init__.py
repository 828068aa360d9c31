"""Folders of Flee, read as scenarios."""
