"""A PostgreSQL of a test's own."""

import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

COMMAND = Path(__file__).resolve().parents[1] / "postgres"


@contextmanager
def own_cluster():
    # As root PostgreSQL runs as a user that can reach neither pytest's folders nor, perhaps, TMPDIR.
    folder = tempfile.mkdtemp(prefix="tidegate-e2e-", dir="/tmp" if os.geteuid() == 0 else None)
    os.chmod(folder, 0o711)
    try:
        cluster = Cluster(os.path.join(folder, "postgres"))
        try:
            yield cluster
        finally:
            cluster.remove()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class Cluster:
    """A PostgreSQL of our own, to stop and start."""

    def __init__(self, folder):
        self.folder = folder
        self.url = self.start()

    def start(self):
        return self._run("start").stdout.strip()

    def stop(self):
        self._run("stop")

    def remove(self):
        self._run("remove")

    def dump(self):
        """Everything in it, as SQL."""
        return self._run("dump").stdout

    def sql(self, statements):
        """What `statements` print, a line for each row and `|` between its columns."""
        return self._run("sql", statements).stdout

    def _run(self, command, given=""):
        # Nothing may be captured through a pipe that the database itself would keep open.
        with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as into:
            into.write(given)
            into.seek(0)
            subprocess.run([COMMAND, command, self.folder], stdin=into, stdout=out, check=True, timeout=60)
            out.seek(0)
            return subprocess.CompletedProcess(command, 0, stdout=out.read())
