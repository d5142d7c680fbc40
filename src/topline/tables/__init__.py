"""The joints between the stages: one typed declaration per table, and what follows from it."""
