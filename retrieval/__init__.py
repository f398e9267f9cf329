"""Finding candidates: store, ingest, indexes, profile, pool and prior. No language model here."""
