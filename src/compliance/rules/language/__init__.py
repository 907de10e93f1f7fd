"""What a pack may say: its model, its parsing, its faults with file and line."""
