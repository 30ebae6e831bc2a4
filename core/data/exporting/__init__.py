"""Rows as files for elsewhere: JSONL, CSV, Parquet."""
