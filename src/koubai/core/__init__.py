"""The mathematics: no files, no clock that is shown, no printing, no global random state, no settings.

Reading order: ``activations``, ``losses``, ``network``, ``slopes/loop`` (the definition of a measured slope), ``optimizers``,
``training``, and then the other slope methods.
"""
