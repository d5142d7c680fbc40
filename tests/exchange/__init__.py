"""Tests of exchange/."""
