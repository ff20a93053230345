"""The program as a shell sees it: exit codes, hostile input, signals, memory.

$HAIDANG names the program; ctest sets it. Without it: build/release/haidang.
"""

import gzip
import json
import os
import pathlib
import resource
import signal
import subprocess
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
HAIDANG = os.environ.get("HAIDANG", str(ROOT / "build/release/haidang"))

RULE = """
title: A bad word
id: 11111111-1111-1111-1111-111111111111
logsource: {category: test}
detection:
  sel: {word: bad}
  condition: sel
level: high
tags: [attack.impact]
"""
BAD = b'{"word":"bad","n":1}\n'
GOOD = b'{"word":"good","n":2}\n'


def run(*arguments, stdin=b"", stdout=subprocess.PIPE):
    return subprocess.run(
        [HAIDANG, *map(str, arguments)], input=stdin, stdout=stdout, stderr=subprocess.PIPE,
        timeout=120, check=False, env={**os.environ, "LANG": "C", "LC_ALL": "C"})


class DetectCli(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        (self.folder / "rules").mkdir()
        (self.folder / "rules" / "bad.yml").write_text(RULE)

    def file(self, name, content):
        path = self.folder / name
        path.write_bytes(content)
        return path

    def detect(self, *arguments, **how):
        return run("detect", "--rules", self.folder / "rules", "--format", "ndjson", "--stats",
                   *arguments, **how)

    def stats(self, done):
        return json.loads(done.stderr.decode().splitlines()[-1])

    # --- what comes out ---

    def test_each_match_is_a_line_of_json(self):
        done = self.detect("--explain", self.file("a.json", GOOD + BAD))
        self.assertEqual(done.returncode, 0)
        match = json.loads(done.stdout)
        self.assertEqual((match["line"], match["file"]), (2, str(self.folder / "a.json")))
        self.assertEqual(match["rule"]["title"], "A bad word")
        self.assertEqual(match["rule"]["level"], "high")
        self.assertEqual(match["event"], {"word": "bad", "n": 1})
        self.assertEqual(match["reasons"][0]["value"], "bad")
        self.assertEqual(self.stats(done)["events"], 2)

    def test_table_says_plainly_that_nothing_was_found(self):
        done = run("detect", "--rules", self.folder / "rules", self.file("a.json", GOOD))
        self.assertEqual(done.returncode, 0)
        self.assertIn("Nothing found", done.stdout.decode())

    def test_standard_input_is_a_dash(self):
        done = self.detect("-", stdin=GOOD + BAD)
        self.assertEqual(done.returncode, 0)
        self.assertEqual(json.loads(done.stdout)["line"], 2)

    def test_threads_change_nothing(self):
        lines = [BAD if i % 5 == 0 else GOOD for i in range(200_000)]
        big = self.file("big.json", b"".join(lines))
        packed = self.file("big.json.gz", gzip.compress(b"".join(lines[:50_000])))
        arguments = [big, packed, ROOT / "examples", self.file("small.json", BAD)]
        one = self.detect("--threads", 1, *arguments)
        self.assertGreater(one.stdout.count(b"\n"), 50_000)
        for threads in (2, 7):
            self.assertEqual(self.detect("--threads", threads, *arguments).stdout, one.stdout)

    # --- what cannot be read ---

    def test_a_missing_file_is_named_and_the_rest_is_read(self):
        done = self.detect(self.folder / "missing", self.file("a.json", BAD))
        self.assertEqual(done.returncode, 1)
        self.assertIn("missing: there is no such file", done.stderr.decode())
        self.assertEqual(done.stdout.count(b"\n"), 1)

    def test_wrong_usage_is_code_2_with_the_mend(self):
        for arguments, mend in ((["detect", "--thread", "1", "-"], "--threads"),
                                (["detct"], "detect"), (["detect"], "--help")):
            done = run(*arguments)
            self.assertEqual(done.returncode, 2, arguments)
            self.assertIn(mend, done.stderr.decode())

    def test_a_truncated_gzip_is_read_as_far_as_it_goes(self):
        noise = b"".join(b'{"word":"bad","x":"%s"}\n' % os.urandom(20).hex().encode()
                         for _ in range(20_000))
        whole = gzip.compress(noise)
        done = self.detect(self.file("a.gz", whole[:len(whole) // 2]))
        self.assertEqual(done.returncode, 1)
        self.assertIn("ends too early", done.stderr.decode())
        self.assertGreater(done.stdout.count(b"\n"), 1000)

    def test_bad_lines_are_counted_and_named_without_a_flood(self):
        done = self.detect(self.file("a.json", BAD + b"{]\n" * 1000 + BAD))
        self.assertEqual(done.returncode, 0)
        self.assertEqual(done.stdout.count(b"\n"), 2)
        self.assertEqual(self.stats(done)["unreadable"], 1000)
        self.assertIn("a.json:2: unreadable", done.stderr.decode())
        self.assertLess(done.stderr.count(b"\n"), 30)

    def test_json_nested_too_deep_is_one_bad_line(self):
        deep = b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + b"\n"
        done = self.detect("-", stdin=deep + BAD)
        self.assertEqual((done.returncode, done.stdout.count(b"\n")), (0, 1))
        self.assertEqual(self.stats(done)["unreadable"], 1)

    def test_invalid_utf8_does_no_harm_and_comes_out_valid(self):
        done = self.detect("-", stdin=b'{"word":"bad","x":"\xff\xfe\xc3"}\n' + BAD)
        self.assertEqual(done.returncode, 0)
        self.assertEqual(len([json.loads(line) for line in done.stdout.decode().splitlines()]), 2)

    def test_binary_junk_is_refused_with_its_name(self):
        done = self.detect(self.file("junk", bytes(range(128, 256)) * 1000))
        self.assertEqual(done.returncode, 1)
        self.assertIn("junk: is binary", done.stderr.decode())

    def test_junk_between_lines_is_passed_over(self):
        junk = bytes(range(256)) * 1000 + b"\n"
        done = self.detect(self.file("a.json", BAD * 500 + junk + BAD))
        self.assertEqual((done.returncode, done.stdout.count(b"\n")), (0, 501))

    def test_a_line_of_a_gigabyte_takes_little_memory(self):
        command = (f"(head -c 1G /dev/zero | tr '\\0' 'a'; echo; printf '%s' '{BAD.decode()}') | "
                   f"'{HAIDANG}' detect --rules '{self.folder}/rules' --format ndjson --stats -")
        done = subprocess.run(["bash", "-c", command], capture_output=True, timeout=300, check=False)
        self.assertEqual(done.returncode, 0)
        self.assertEqual(json.loads(done.stdout)["line"], 2)
        self.assertIn("1073741824 bytes", done.stderr.decode())
        peak_kib = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        self.assertLess(peak_kib, 600 * 1024)

    # --- where it goes ---

    def test_a_full_disk_is_code_3_and_says_so(self):
        with open("/dev/full", "wb") as full:
            done = self.detect(self.file("a.json", BAD), stdout=full)
        self.assertEqual(done.returncode, 3)
        self.assertIn("No space left", done.stderr.decode())

    def test_a_reader_that_leaves_ends_it_quietly(self):
        big = self.file("big.json", BAD * 300_000)
        for source in ([str(big)], ["-"]):
            with self.subTest(source=source), open(big, "rb") as opened:
                child = subprocess.Popen(
                    [HAIDANG, "detect", "--rules", self.folder / "rules", "--format", "ndjson",
                     *source],
                    stdin=opened, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
                child.stdout.readline()
                child.stdout.close()
                self.assertEqual(child.wait(timeout=30), 3)
                self.assertEqual(child.stderr.read(), b"")
                child.stderr.close()

    def test_a_reader_that_leaves_ends_it_even_if_the_input_is_silent(self):
        child = subprocess.Popen(
            [HAIDANG, "detect", "--rules", self.folder / "rules", "--format", "ndjson",
             "--threads", "2", "-"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        child.stdout.close()
        child.stdin.write(BAD)
        child.stdin.flush()
        self.assertEqual(child.wait(timeout=30), 3)
        child.stdin.close()
        child.stderr.close()

    # --- following ---

    def test_follow_tells_as_the_file_grows_and_ends_on_signals(self):
        for ending in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(ending=ending):
                growing = self.file("grow.json", BAD)
                child = subprocess.Popen(
                    [HAIDANG, "detect", "--rules", self.folder / "rules", "--format", "ndjson",
                     "--follow", growing],
                    stdout=subprocess.PIPE, stderr=subprocess.PIPE)
                self.assertEqual(json.loads(child.stdout.readline())["line"], 1)
                for line in (2, 3):
                    with open(growing, "ab") as file:
                        file.write(BAD)
                    self.assertEqual(json.loads(child.stdout.readline())["line"], line)
                begun = time.monotonic()
                child.send_signal(ending)
                self.assertEqual(child.wait(timeout=30), 0)
                self.assertLess(time.monotonic() - begun, 10)
                self.assertEqual(child.stderr.read(), b"")
                child.stdout.close()
                child.stderr.close()


class RulesCli(unittest.TestCase):
    def test_own_rules_are_all_honoured(self):
        done = run("rules", "check", ROOT / "catalogue/rules")
        self.assertEqual(done.returncode, 0, done.stdout.decode())
        self.assertIn(" 0 refused", done.stdout.decode())

    def test_a_refused_rule_is_named_with_line_and_reason(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "odd.yml"
            path.write_text(RULE.replace("{word: bad}", "{word|shouts: bad}"))
            done = run("rules", "check", folder)
            self.assertEqual(done.returncode, 1)
            self.assertIn("odd.yml:6: refused:", done.stdout.decode())
            self.assertIn("shouts", done.stdout.decode())


if __name__ == "__main__":
    unittest.main()
