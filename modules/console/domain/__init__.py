"""Pictures as numbers: the map of the modules, and an order's messages in swimlanes."""
