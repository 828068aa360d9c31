"""What a scenario file says, put together and checked."""
