"""The names of the files that pictures are drawn into, without a suffix, in the order in which a person looks at them.

Nothing is imported for them, so that the command line lists files without the pictures.
"""

from typing import Literal, get_args

PictureName = Literal[
    "region", "regions", "plane", "curve", "fit", "confusion", "mistakes",
    "table", "history", "network", "weights", "units", "loss", "losses",
]  # fmt: skip
PICTURES: tuple[PictureName, ...] = get_args(PictureName)
