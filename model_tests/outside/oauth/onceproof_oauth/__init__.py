"""OAuth 2.0 authorization codes: a law for onceproof, and stores that keep it or break it."""
