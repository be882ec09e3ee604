"""The rules of coming in, as plain functions of values."""
