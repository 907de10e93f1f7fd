"""A rule explained without figures of a county: its text, history and a worked example."""
