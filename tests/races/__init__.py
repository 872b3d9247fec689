"""Races: what must hold while many things happen at once, played against whole replicas on one real Postgres.

`make races` plays the short form, `RACES=full make races` the long one (docs and specs quote its numbers).
"""
