"""Extracts of the social data network, asked of the cell that may ask for them; and what the registers say has changed."""
