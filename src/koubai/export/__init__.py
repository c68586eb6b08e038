"""A network or a run taken elsewhere: as safetensors, as ONNX, as a table (CSV), as a Python script of plain NumPy."""

from koubai.export.graph import write_onnx
from koubai.export.script import write_script
from koubai.export.table import write_csv
from koubai.export.weights import read_preparation, read_safetensors, write_safetensors

__all__ = ["read_preparation", "read_safetensors", "write_csv", "write_onnx", "write_safetensors", "write_script"]
