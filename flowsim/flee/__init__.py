"""Flee 3 in one room: its settings and folders (`reader`), and its rules, person by person."""
