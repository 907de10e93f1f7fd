"""The schemas: where every fact, file and result is defined."""
