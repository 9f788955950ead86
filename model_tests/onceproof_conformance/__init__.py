"""The judge: tells whether an implementation of a token store keeps the law."""
