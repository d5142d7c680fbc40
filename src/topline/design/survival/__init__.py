"""Designs on time to an event in one arm: one-sample log-rank, exponential, landmark rate; accrual and duration."""
