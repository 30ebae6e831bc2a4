"""Versions of a data set: how one lies on the disk, how it is read from a file, and how one is made of others."""
