"""The load run: what the gateway costs beside a relay that does nothing but relay, measured in one run on two cores."""
