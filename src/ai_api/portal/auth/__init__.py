"""/api/auth: how a browser signs in."""
