"""Tables and maps that others publish, as the rows of a scenario: what is left out is told."""
