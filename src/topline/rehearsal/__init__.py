"""Rehearsal: many virtual trials of a study by chunks, on one core, on many, or on a cluster, kept in a folder."""
