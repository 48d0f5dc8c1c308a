"""Pictures of graphs, made by one command: `python -m docs.gallery`."""
