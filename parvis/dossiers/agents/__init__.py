"""What agents can and may take on."""
