"""What people do: news, leaving, route choice, waiting, harm, returning."""
