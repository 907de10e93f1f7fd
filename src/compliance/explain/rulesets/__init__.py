"""Rule sets listed and compared."""
