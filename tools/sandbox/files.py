"""Files of configuration that a running program may be watching."""

from pathlib import Path


def write(file: Path, text: str, mode: int = 0o600) -> Path:
    """Write `text` unless the file says it already: kube-proxy ends when its file is touched. Gives the file."""
    if not file.exists() or file.read_text() != text:
        file.touch(mode=mode)
        file.write_text(text)
    return file
