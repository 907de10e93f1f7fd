"""What a summary says of a county: counts, shortages, what decides."""
