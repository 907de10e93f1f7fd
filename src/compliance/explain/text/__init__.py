"""An explanation as text for a terminal."""
