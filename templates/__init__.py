"""The templates of papers and pages; a province replaces one by a file of the same name."""
