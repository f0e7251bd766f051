"""Web: pages and JSON for people with a browser. Reads published results and records; computes nothing."""
