"""How much an application may ask of a dataset: plans, and which one holds for whom."""
