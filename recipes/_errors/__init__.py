"""What the upgrades of error crates share."""
