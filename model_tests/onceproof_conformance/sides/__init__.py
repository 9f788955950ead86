"""The two sides of each comparison: a decision of a store, and the law's answer to the same question.

Both are functions with one signature over integers and truth values, and both only rename. A module of decisions
is always given, so that a wrong one can be put in its place.
"""
