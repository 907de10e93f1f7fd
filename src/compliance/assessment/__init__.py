"""What is said of a county, worked out once from its findings and rules, and eaten by every paper."""
