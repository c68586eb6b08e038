"""Locks of processes: whoever asks knows whether the owner is alive, however it ended."""

import os
import subprocess
import sys
import threading
from pathlib import Path

from koubai.store.process_lock import ProcessLock, is_held, paused_marker, remove_lock_file


def test_a_process_lock(tmp_path: Path) -> None:
    path = tmp_path / "locks" / "one"
    assert not is_held(path)
    lock = ProcessLock(path)
    assert is_held(path)
    threads = [threading.Thread(target=is_held, args=(path,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    assert is_held(path)
    for thread in threads:
        thread.join()
    lock.release()
    assert not is_held(path)
    assert not path.exists()
    code = (
        "from koubai.store.process_lock import ProcessLock; import os, pathlib;"
        f"lock = ProcessLock(pathlib.Path({str(path)!r})); os._exit(9)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 9
    assert path.exists()
    assert not is_held(path)


def test_a_file_that_is_no_lock_is_not_held(tmp_path: Path) -> None:
    (tmp_path / "lock").write_bytes(b"rubbish" * 1000)
    assert not is_held(tmp_path / "lock")


def test_an_owner_that_is_paused_says_so(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    lock = ProcessLock(path)
    lock.mark_paused(paused=True)
    assert paused_marker(path).exists()
    assert is_held(path)
    lock.mark_paused(paused=False)
    lock.mark_paused(paused=False)
    assert not paused_marker(path).exists()
    lock.mark_paused(paused=True)
    lock.release()
    assert os.listdir(tmp_path) == []
    remove_lock_file(path)  # which another process has removed
