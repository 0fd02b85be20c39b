"""Papers: case data made into the statutory documents, as PDF/A and OpenDocument."""
