"""What a run gives back: the Result, its resampling in time, effects of policies, and netCDF."""
