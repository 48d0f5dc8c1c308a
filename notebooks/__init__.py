"""The notebooks: each pair, English and Japanese, is made from one source."""
