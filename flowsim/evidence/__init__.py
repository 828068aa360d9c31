"""Reported figures held against a run."""
