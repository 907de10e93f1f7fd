"""The same case judged again with other figures, to find what would turn a verdict."""
