"""The jobs on the design of a trial: candidates side by side, one chosen into a study, the rule applied to counts."""
