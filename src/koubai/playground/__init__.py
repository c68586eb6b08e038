"""The playground: a page on which a network learns live.

Reading order: ``protocol`` (what page and server tell each other), ``model`` (what one page works on: ``data_source``, the rows
of a setting; ``setting_changes``, the Experiment that it means; ``timeline``, what a training has made so far, and how to be at
any step of it; ``workspace``, all of these together; ``permalink``; ``autosave``, the store; ``rasters``, what a page draws),
``session`` (one page's state machine, which knows no socket; ``messages``, what a page is told; ``handlers``, what it asks;
``scheduler``, whose turn it is), ``server`` (``app``, ``session_registry``, ``connection``, ``access``).
"""
