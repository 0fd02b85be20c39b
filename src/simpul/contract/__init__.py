"""What a contract is: read, check, compare versions, compile. Pure: no database, no network.

The flow: `infer` proposes columns → `model` holds the contract → `odcs` writes and reads the file →
`check` finds what is wrong → `compile`, `ddl`, `validator`, `openapi`, `jsonschema` make what the hub
runs → `mock`, `integration`, `quality`, `dashboard` make what the officers see → `compare` tells versions apart.
"""
