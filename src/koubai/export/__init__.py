"""A network or a run taken elsewhere: as safetensors, as ONNX, as a table (CSV), as a Python script of plain NumPy."""

from koubai.export.csv_table import write_csv
from koubai.export.onnx_graph import write_onnx
from koubai.export.safetensors_file import read_preparation, read_safetensors, write_safetensors
from koubai.export.script import write_script

__all__ = ["read_preparation", "read_safetensors", "write_csv", "write_onnx", "write_safetensors", "write_script"]
