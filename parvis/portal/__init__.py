"""The citizen's pages: ask, come back to a draft, follow a request."""
