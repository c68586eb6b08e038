"""The playground: a page on which a network learns live. ``protocol`` says what page and server tell each other.

Reading order: ``protocol``, ``setting`` (what the controls say), ``source`` (its data), ``course`` (what a training has made so
far, and how to be at any step of it), ``view`` (the arrays that a page draws), ``session`` (one page's state machine, which
knows no socket), ``turns`` (whose turn it is), ``server`` and ``access``.
"""
