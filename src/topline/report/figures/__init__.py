"""Figures as inline SVG: deterministic, drawn without a script, with layout as their only arithmetic."""
