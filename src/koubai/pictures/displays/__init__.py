"""The pictures, one module each: what it shows, where a run has that, and how it is drawn."""
