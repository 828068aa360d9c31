"""What reports and samples teach: which inputs matter."""
