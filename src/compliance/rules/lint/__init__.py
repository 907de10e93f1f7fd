"""A resolved rule set held against the vocabulary and the kinds: wrong rules stop the program."""
