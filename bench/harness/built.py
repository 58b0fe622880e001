"""The programs of bench/ that are built."""

import os


def program(variable: str, path: str) -> str:
    """What the environment's `variable` says, or `path` in bench/ of the build directory that the switch is from."""
    of_build = os.path.join(os.path.dirname(os.environ["VIPSWITCH_BINARY"]), "..", "bench", path)
    return os.environ.get(variable) or of_build
