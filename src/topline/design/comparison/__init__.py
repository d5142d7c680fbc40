"""Designs side by side: page, pictures, texts for the protocol, what a number of patients can show."""
