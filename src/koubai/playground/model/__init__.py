"""What one page works on: its setting, its rows, its training. No socket is known here."""
