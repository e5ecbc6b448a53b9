"""The month closed, and the files that finance pulls."""
