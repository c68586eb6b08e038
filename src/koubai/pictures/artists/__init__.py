"""Groups of matplotlib's artists that a picture draws once and a film changes from frame to frame."""
