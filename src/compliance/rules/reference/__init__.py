"""What is told about rules apart from judging: descriptions, changes, provenance, coverage."""
