"""Digits as files: MNIST's own format, and where it comes from.

Read `idx` first, which reads and checks a file of images or labels; `download` fetches the four
files. `nets.data` above them is what everybody uses.
"""
