"""Readers: JSON, XLSX, CSV, Parquet, zip and folders become raw tables with places."""
