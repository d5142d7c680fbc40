"""Designs on response and toxicity together."""
