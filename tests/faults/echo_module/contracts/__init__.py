"""The echo says nothing itself."""
