"""The playground: a page on which a network learns live.

Reading order: ``protocol`` (what page and server tell each other), ``source`` (the rows of a setting), ``plan`` (the
Experiment that it means), ``course`` (what a training has made so far, and how to be at any step of it), ``lesson`` (all of
these together), ``link``, ``keeper`` (the store), ``view`` and ``telling`` (what a page is shown), ``session`` with
``obeying`` (one page's state machine, which knows no socket), ``turns`` (whose turn it is); then ``server``, ``seats``,
``connection`` and ``access``.
"""
