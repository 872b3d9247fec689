"""The official SDKs, each asked for the same and read into the same."""
