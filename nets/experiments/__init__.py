"""The documents' experiments, each a list of parts that are measured one by one.

Read `kit` first: an `Experiment` says what its parts are, how one is measured, and how
the results become a table beside the documents' figures and a picture. `nets experiment NAME` runs
it; what is measured is kept part by part in NAME.json, and the page of results is written from such
files alone.
"""
