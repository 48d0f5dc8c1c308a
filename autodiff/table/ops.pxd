# ops.py is compiled as it stands.
