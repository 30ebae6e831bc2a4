"""Putting right what the check found: which fixes a finding has, what they would change, and changing it."""
