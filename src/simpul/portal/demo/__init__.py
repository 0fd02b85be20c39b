"""Sample data: an invented part of a regency, whose requests went through the same actions as everybody's."""
