"""What the tests look at: adapters, laws and stores that are wrong or hostile, and a project
outside.
"""
