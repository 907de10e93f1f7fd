"""What makes of this checkout something that others install: distributions, and a folder for machines without network."""
