"""The films: a frame for every record of a run, drawn by matplotlib one by one and encoded."""
