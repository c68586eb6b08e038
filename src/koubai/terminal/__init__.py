"""Arrays in, text out: what a terminal shows of a training."""
