"""koubai runs: the runs that the store keeps."""
