"""What states do at their borders."""
