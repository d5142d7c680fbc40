"""Captured records become SDTM tables."""
