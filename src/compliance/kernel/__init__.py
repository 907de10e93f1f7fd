"""Ground floor: languages, problems and errors, states and their labels, figures in words, the submission.

In: nothing. Out: the words, values and columns every other room uses. May not know anything above.
"""
