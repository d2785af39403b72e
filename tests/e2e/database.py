"""The database of a server as a test may touch it: statements, and locks that others have to wait for."""

import contextlib
import sqlite3
import subprocess

from cluster import COMMAND


class SqliteFile:
    def __init__(self, path):
        self.path = path
        self.url = f"sqlite://{path}"

    def run(self, sql):
        """The rows that a statement gives, each a tuple of texts."""
        with contextlib.closing(sqlite3.connect(self.path, isolation_level=None, timeout=10)) as connection:
            return [tuple("" if value is None else str(value) for value in row) for row in connection.execute(sql)]

    @contextlib.contextmanager
    def locked(self):
        """Nobody else can write as long as the block lasts."""
        with contextlib.closing(sqlite3.connect(self.path, isolation_level=None, timeout=10)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield


class PostgresDatabase:
    """One of its own in a cluster that others use too."""

    def __init__(self, cluster, name):
        self._cluster = cluster
        cluster.sql(f"CREATE DATABASE {name}")
        self._name = name
        self.url = cluster.url.rpartition("/")[0] + "/" + name

    def run(self, sql):
        return [tuple(line.split("|")) for line in self._cluster.sql(f"\\connect {self._name}\n{sql};").splitlines()]

    @contextlib.contextmanager
    def locked(self):
        """Nobody else can change a credential as long as the block lasts; the server gives up after 2.5 s."""
        command = [COMMAND, "sql", self._cluster.folder]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as session:
            print(f"\\connect {self._name}\nBEGIN; SELECT 'locked' FROM credential FOR UPDATE;", file=session.stdin, flush=True)
            assert session.stdout.readline() == "locked\n"
            yield
            session.stdin.close()
