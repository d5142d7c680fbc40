"""Designs on one rate with exact level and power: one, two and three stages, curtailed, Gehan."""
