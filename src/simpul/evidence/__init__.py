"""Evidence of each call: digests, Merkle batches, signatures, receipts and the verifier (pure)."""
