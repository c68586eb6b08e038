"""Data to learn from: gates, sets, tables (CSV, TSV, Parquet, frames), and a person's own arrays by ``Dataset.from_arrays``."""

from koubai.data.bounds import Bounds
from koubai.data.dataset import Dataset
from koubai.data.features import FEATURES, features_of, with_features
from koubai.data.gates import GATES, Gate, gate
from koubai.data.loaders import NAMED, SETS, load
from koubai.data.named_set import NamedSet
from koubai.data.prepared_rows import Splits
from koubai.data.preprocessing import Preparation
from koubai.data.readers import read_table, table_of
from koubai.data.table import Table

__all__ = [
    "FEATURES",
    "GATES",
    "NAMED",
    "SETS",
    "Bounds",
    "Dataset",
    "Gate",
    "NamedSet",
    "Preparation",
    "Splits",
    "Table",
    "features_of",
    "gate",
    "load",
    "read_table",
    "table_of",
    "with_features",
]
