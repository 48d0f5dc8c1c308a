# functions.py is compiled as it stands.
