"""When somebody is away, leaves, or hands cases on."""
