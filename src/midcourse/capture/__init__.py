"""Capture: observe without a network, deliver later, exactly once. Empty until the offline client is built."""
