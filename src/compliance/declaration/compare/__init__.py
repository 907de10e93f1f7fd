"""The filled form held against the one a county submitted."""
