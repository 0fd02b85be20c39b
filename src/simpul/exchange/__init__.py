"""The data plane: authenticate, route, then read, deliver or describe; one evidence row for each call."""
