"""The data plane's doors: one file per dialect and operation, over one shared handler."""
