"""Designs by posterior and predictive probabilities, with exact frequentist operating characteristics."""
