"""How fast the five stores are, as ratios against a floor, a rival and the algorithms that were
published.
"""
