"""A county's own tables: what their columns are used for, joined and settled into the vocabulary's words."""
