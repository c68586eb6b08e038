"""What stands behind one page: its state machine, what it is told, and when it has its turn."""
