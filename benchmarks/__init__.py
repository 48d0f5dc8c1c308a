"""Measurements of the project, one module each."""
