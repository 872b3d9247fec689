"""What a dialect looks like, for both sides of a call: pure shapes, no transport."""
