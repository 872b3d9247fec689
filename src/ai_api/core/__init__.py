"""The ground every room stands on: database, batches, errors, clock, ids, sealing, paging, the one way out."""
