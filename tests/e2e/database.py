"""A ledger's database as who holds the disk sees it: SQLite's file or PostgreSQL by psql.

    original = Database.of(city)          # while no server runs
    copied = original.copy()
    copied.run("UPDATE acts SET actor = ? WHERE seq = ?", "x", 7)
    copied.drop()
"""

import json
import re
import shutil
import sqlite3
import subprocess
import urllib.parse
import uuid
from pathlib import Path


def literal(value):
    if value is None:
        return "NULL"
    if isinstance(value, int):
        return str(value)
    return "'" + value.replace("'", "''") + "'"


def filled(statement, values):
    given = iter(values)
    return re.sub(r"\?", lambda _: literal(next(given)), statement)


class Database:
    file = None

    @staticmethod
    def of(city):
        return Postgresql(city.database) if city.database else Sqlite(city.data / "ledger.db")

    def insert(self, table, row):
        marks = ", ".join("?" * len(row))
        self.run(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", *row.values())


class Sqlite(Database):
    def __init__(self, file):
        self.file = Path(file)
        self.address = f"sqlite:{self.file}"

    def ask(self, work):
        sql = sqlite3.connect(self.file)
        try:
            sql.row_factory = None
            answer = work(sql)
            sql.commit()
            return answer
        finally:
            sql.close()

    def rows(self, statement):
        def read(sql):
            found = sql.execute(statement)
            names = [column[0] for column in found.description]
            return [dict(zip(names, row)) for row in found]

        return self.ask(read)

    def run(self, statement, *values):
        changed = self.ask(lambda sql: sql.execute(statement, values).rowcount)
        assert changed > 0, f"nothing was changed by {statement}"

    def copy(self):
        other = self.file.parent / f"copy-{uuid.uuid4().hex}.db"
        shutil.copyfile(self.file, other)
        return Sqlite(other)

    def drop(self):
        for left in self.file.parent.glob(self.file.name + "*"):
            left.unlink()


class Postgresql(Database):
    def __init__(self, address):
        self.address = address
        if address.startswith("postgresql://"):
            self.name = urllib.parse.urlsplit(address).path.strip("/")
        else:
            self.name = re.search(r"dbname=(\S+)", address).group(1)

    def _psql(self, statement):
        where = self.address if "://" in self.address else self.address.removeprefix("postgresql:")
        done = subprocess.run(["psql", "-v", "ON_ERROR_STOP=1", "-At", "-d", where, "-f", "-"],
                              input=statement, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def _at(self, name):
        return Postgresql(self.address.replace(self.name, name))

    def rows(self, statement):
        told = self._psql(f"SELECT json_agg(row_to_json(one)) FROM ({statement}) one;")
        return json.loads(told.strip() or "null") or []

    def run(self, statement, *values):
        told = self._psql(filled(statement, values) + ";")
        assert re.search(r"[1-9]\d*$", told.strip()), f"nothing was changed by {statement}"

    def copy(self):
        other = f"copy_{uuid.uuid4().hex}"
        self._at("postgres")._psql(f"CREATE DATABASE {other} TEMPLATE {self.name};")
        return self._at(other)

    def drop(self):
        self._at("postgres")._psql(f"DROP DATABASE {self.name};")
