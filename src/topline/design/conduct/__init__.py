"""A trial under way, or ended otherwise than planned: decisions, attained sizes, losses, unconfirmed responses."""
