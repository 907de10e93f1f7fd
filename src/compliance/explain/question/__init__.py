"""What is asked about: the rule, the subject, and the case they are judged in."""
