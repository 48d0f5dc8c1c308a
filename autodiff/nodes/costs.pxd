# costs.py is compiled as it stands.
