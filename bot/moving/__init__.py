"""Moving a desk: from one store to another, into a file, and out of one; with the files it keeps.

Whatever was moved is read back and compared: how much there is of each kind, and the sum of its hashes.
"""
