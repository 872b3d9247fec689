"""The portal's door: what people and automation call under /api."""
