# quiet.py is compiled as it stands.
