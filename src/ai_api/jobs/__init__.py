"""Jobs: what runs beside the calls, on one replica at a time."""
