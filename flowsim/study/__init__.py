"""Many runs: samples, members, store, comparison."""
