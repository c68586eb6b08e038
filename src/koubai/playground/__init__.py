"""The playground: a page on which a network learns live.

Its rooms, each of which uses only itself and those before it:

``protocol``: what page and server tell each other, in both directions: ``incoming``, ``outgoing``, ``frames``, ``setting``.

``model``: what one page works on, without a socket and without a clock: ``data_source``, the rows of a setting;
``setting_changes``, the Experiment that it means; ``configuration``, all that was chosen; ``timeline``, what a training has
made so far, and how to be at any step of it; ``training``, which makes it; ``workspace``, all of these together;
``permalink``; ``rasters``, what a page draws.

``session``: one page's state machine, which knows no socket: ``handlers`` do what the page asks, ``playback`` lets the
training go on, ``snapshot`` says what there is to be seen, ``messages`` put it into words, ``autosave`` brings it to the
store, and ``scheduler`` says whose turn it is.

``server``: ``app``, ``session_registry``, ``connection``, ``access``.
"""
