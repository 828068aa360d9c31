"""Flee's daily rules (``rules: flee``): who moves where each day, on columns of persons."""
