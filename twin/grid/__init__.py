"""The host grid: the network behind the point of connection, and its answer to the load as a curve."""
