"""Rules that look across a scenario: each takes what is known and yields what is wrong."""
