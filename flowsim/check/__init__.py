"""Scenarios held against a baseline that is kept beside them, so that what moves is told."""
