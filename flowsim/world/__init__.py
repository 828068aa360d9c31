"""What is there: network, places, groups, households, violence, forces."""
