"""The walk of a call: preflight, admission, routing, relay, settlement, and what watches over open calls."""
