"""What the Makefile calls: one file per errand, run as `python -m scripts.<errand>` from the root of the checkout."""
