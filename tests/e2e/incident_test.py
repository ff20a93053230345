"""The immediate report, from its first minute to a closed case, and a ledger that shows meddling.

Issue 3, "Shown by" 2. With HAIDANG_TEST_POSTGRESQL (tests/postgres.py) the same on PostgreSQL.
"""

import importlib.util
import json
import re
import time
import unittest
from pathlib import Path

from city import ROOT, Refused
from database import Database
from town import PLACE, Town, incident

CONTENT = "Kẻ tấn công đã đọc thư mục dự thảo"
POLICE_CHAIN = {f"ca-tp-{who}@haidang.example" for who in ("truong-phong", "thu-truong")}
POLICE_DUTY = {f"ca-tp-truc-{n}@haidang.example" for n in (1, 2)}
ICT_DUTY = {f"so-khcn-truc-{n}@haidang.example" for n in (1, 2)}
ICT_NEXT = "so-khcn-truong-phong@haidang.example"


def content_of(mail):
    return f"{mail['Subject']}\n{mail.get_body().get_content()}"


class ImmediateReport(unittest.TestCase):
    """One story; its tests are its chapters, told in order."""

    @classmethod
    def setUpClass(cls):
        cls.town = Town()
        cls.addClassCleanup(cls.town.close)
        cls.mailbox = cls.town.city.mailbox
        cls.case = cls.town.officer.post("/api/v1/cases", incident())["id"]

    def refused(self, status, ask, *arguments, **more):
        with self.assertRaises(Refused) as caught:
            ask(*arguments, **more)
        self.assertEqual(caught.exception.status, status, caught.exception.body)
        return caught.exception.body

    def mails_to(self, people):
        return len(self.mailbox.ids(lambda to, _: to in people))

    def nothing_more_is_sent(self):
        # That nothing happens cannot be waited for: an act wakes the clocks, then they have time.
        before = self.mailbox.ids(lambda *_: True)
        fired = self.town.fired(self.case)
        self.town.officer.post(f"/api/v1/cases/{self.case}/comments", {"text": "Đang theo dõi."})
        time.sleep(1.5)
        self.assertEqual(self.town.fired(self.case), fired)
        self.assertEqual(self.mailbox.ids(lambda *_: True), before)

    def test_01_police_and_ict_duty_are_told_at_the_same_moment(self):
        duty = POLICE_DUTY | ICT_DUTY
        mails = self.mailbox.wait_for(lambda to, _: to in duty, at_least=4)
        self.assertEqual({mail["To"].addresses[0].addr_spec for mail in mails}, duty)
        self.assertEqual(len({mail["Date"].datetime for mail in mails}), 1)
        self.assertEqual(len({mail["Message-ID"] for mail in mails}), 4)
        told = [act for act in self.town.timeline(self.case) if act["kind"] == "case.notified"]
        self.assertEqual({act["body"]["party"] for act in told}, {"police", "ict"})
        self.assertEqual(len({act["at"] for act in told}), 1)

    def test_02_police_acknowledge_and_the_unit_is_told(self):
        self.town.police.act(self.case, "acknowledge")
        self.mailbox.wait_for(lambda to, mail: to == "vp-ubnd-can-bo@haidang.example"
                              and "tiếp nhận" in str(mail["Subject"]))
        self.refused(409, self.town.police.act, self.case, "acknowledge")

    def test_03_ict_was_silent_through_a_crash_and_its_clock_climbs_once(self):
        self.assertEqual(self.town.fired(self.case), [])
        self.town.restart("--clock-ahead", "16m")
        self.mailbox.wait_for(lambda to, _: to == ICT_NEXT)
        self.assertEqual(self.town.fired(self.case), ["ict_ack"])
        self.assertEqual(self.mails_to(POLICE_CHAIN), 0)

    def test_04_a_second_crash_makes_nothing_climb_again(self):
        self.town.restart("--clock-ahead", "16m")
        self.nothing_more_is_sent()
        self.assertEqual(self.town.fired(self.case), ["ict_ack"])
        self.assertEqual(self.mails_to({ICT_NEXT}), 1)
        self.assertEqual(self.mails_to(POLICE_CHAIN), 0)
        self.assertEqual(self.mails_to(POLICE_DUTY | ICT_DUTY), 4)

    def test_05_who_it_climbed_to_answers_and_both_guide(self):
        self.town.ict.act(self.case, "acknowledge")
        self.town.police.act(self.case, "guide", {"guidance_channel": "secure"})
        self.town.ict.act(self.case, "guide", {"guidance_channel": "phone"})
        self.mailbox.wait_for(lambda to, mail: to == "vp-ubnd-can-bo@haidang.example"
                              and "hướng dẫn" in str(mail["Subject"]), at_least=2)

    def test_06_after_guidance_no_clock_of_theirs_climbs(self):
        self.town.restart("--clock-ahead", "2h")
        # Idle for more than half an hour: everybody logs in again.
        self.refused(401, self.town.officer.get, "/api/v1/session")
        self.town.log_in(2 * 3600)
        self.nothing_more_is_sent()
        self.assertEqual(self.town.fired(self.case), ["ict_ack"])

    def test_07_a_case_on_state_secrets_takes_no_content(self):
        self.assertTrue(self.town.officer.get(f"/api/v1/cases/{self.case}")["fields"]
                        ["reference_only"])
        for field in ("description", "harm", "measures", "first_results", "requests"):
            with self.subTest(field):
                self.refused(422, self.town.officer.post, "/api/v1/cases",
                             incident(**{field: CONTENT}))
                self.refused(422, self.town.officer.act, self.case, "report_initial",
                             {"secret_mark": "mat", field: CONTENT})
        for action, field in (("report_progress", "progress_report"),
                              ("report_plan", "response_plan"),
                              ("report_support", "support_request"),
                              ("report_opinion", "opinion_request")):
            with self.subTest(action):
                self.refused(422, self.town.officer.act, self.case, action, {field: CONTENT})
        self.refused(422, self.town.police.act, self.case, "guide",
                     {"guidance_channel": "system", "guidance": CONTENT})
        self.refused(422, self.town.ict.act, self.case, "record_cause",
                     {"cause": "insider", "cause_stage": "preliminary", "cause_detail": CONTENT})

    def test_08_a_case_on_state_secrets_takes_no_documents(self):
        stored = self.town.officer.upload(b"%PDF-1.7\n" + CONTENT.encode())
        document = {"kind": "evidence", "sha256": stored["sha256"], "filename": "anh.pdf"}
        self.refused(422, self.town.officer.post, f"/api/v1/cases/{self.case}/documents", document)
        self.refused(422, self.town.officer.act, self.case, "report_progress",
                     documents=[document])
        self.refused(422, self.town.officer.post, "/api/v1/cases",
                     {**incident(), "documents": [document]})

    def test_09_the_place_is_for_its_parties_only(self):
        for person in (self.town.officer, self.town.police, self.town.ict):
            fields = person.get(f"/api/v1/cases/{self.case}")["fields"]
            self.assertEqual(fields["secret_location"], PLACE)
        audited = json.dumps([self.town.auditor.get(f"/api/v1/cases/{self.case}"),
                              self.town.timeline(self.case)], ensure_ascii=False)
        self.assertNotIn(PLACE, audited)
        other = self.town.city.log_in("other", 2 * 3600)
        self.addCleanup(other.hang_up)
        self.refused(404, other.get, f"/api/v1/cases/{self.case}")

    def test_10_the_initial_report_needs_the_mark(self):
        words = self.refused(422, self.town.officer.act, self.case, "report_initial")
        self.assertIn("place and mark", words)

    def test_11_the_case_goes_its_way_and_is_closed(self):
        self.refused(409, self.town.police.act, self.case, "close")
        self.town.recover(self.case, 2 * 3600)
        words = self.refused(422, self.town.police.act, self.case, "close")
        self.assertIn("Initial and closing report", words)
        self.town.end(self.case)
        self.assertEqual(self.town.state(self.case), "closed")
        self.mailbox.wait_for(lambda to, mail: to == "vp-ubnd-can-bo@haidang.example"
                              and "kết thúc" in str(mail["Subject"]).lower())

    def test_12_the_record_shows_who_was_told_when_by_which_channel_and_who_answered(self):
        acts = self.town.timeline(self.case)
        self.assertEqual(
            [act["body"]["action"] for act in acts if act["kind"] == "case.acted"],
            ["acknowledge", "acknowledge", "guide", "guide", "confirm_incident", "contain",
             "record_cause", "recover", "report_initial", "report_closing", "close"])
        told = {}
        for act in acts:
            if act["kind"] == "case.notified":
                told.setdefault((act["body"]["reason"], act["body"]["party"]), act)
        for party, names in (("police", {"Nguyễn Thị Ví Dụ", "Trần Văn Ví Dụ"}),
                             ("ict", {"Phạm Thị Ví Dụ", "Hoàng Văn Ví Dụ"})):
            notices = told["opened", party]["told"]
            self.assertEqual({one["name"] for one in notices}, names)
            self.assertEqual({one["channel"] for one in notices}, {"mail", "sms"})
            for one in notices:
                self.assertEqual(one["state"], "sent")
                self.assertGreaterEqual(one["sent"], act_second(told["opened", party]))
        climbed = told["ict_ack:1", "ict"]["told"]
        self.assertEqual({one["name"] for one in climbed}, {"Vũ Thị Ví Dụ"})
        answered = [(act["actor"], act["body"]["party"]) for act in acts
                    if act["body"].get("action") == "acknowledge"]
        self.assertEqual(answered, [("ca-tp-truc-1", "police"), ("so-khcn-truong-phong", "ict")])

    def test_13_another_unit_learns_that_they_were_told_but_not_their_names(self):
        acts = self.town.officer.get(f"/api/v1/cases/{self.case}/timeline")["timeline"]
        first = next(act for act in acts if act["kind"] == "case.notified")
        self.assertEqual({one["channel"] for one in first["told"]}, {"mail", "sms"})
        self.assertTrue(all("name" not in one for one in first["told"]))

    def test_14_nothing_secret_left_the_house(self):
        self.assertGreater(len(self.mailbox.mails), 10)
        self.assertGreater(len(self.town.sms.posted), 5)
        sent = [content_of(mail) + str(mail) for _, mail in self.mailbox.mails]
        sent += [json.dumps(message, ensure_ascii=False) for message in self.town.sms.posted]
        for text in sent:
            for secret in (PLACE, "MAU-PC-900", "Phong 204", CONTENT, "toi_mat", "Tối mật"):
                self.assertNotIn(secret, text)

    def test_15_the_ledger_is_whole(self):
        self.town.city.stop()
        done = self.town.city.run("ledger", "verify")
        self.assertRegex(done.stdout, r"\d+ acts, \d+ checkpoints, head [0-9a-f]{64}; whole\n$")


def act_second(act):
    return act["at"][:19]


def load_stranger():
    """docs/formats/verify_ledger.py: the verifier written from the format's page alone."""
    where = ROOT / "docs/formats/verify_ledger.py"
    spec = importlib.util.spec_from_file_location("verify_ledger", where)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


STRANGER = load_stranger()
COLUMNS = ("seq", "at", "actor", "unit", "case_id", "kind", "body", "previous", "hash")


def hash_of(act):
    return STRANGER.hash_of(b"haidang act 1\n", *(act[name] for name in COLUMNS[:-1]))


def flipped(value, position):
    """One bit of one byte; a number's text is its bytes."""
    if isinstance(value, int):
        return value ^ (1, 1 << 8, 1 << 20)[position]
    at = (0, len(value) // 2, len(value) - 1)[position]
    letter = value[at]
    return value[:at] + chr(ord(letter) ^ 1) + value[at + 1:]


class TamperedLedger(unittest.TestCase):
    """Each test meddles with a fresh copy of one closed case's ledger, as who holds the disk can."""

    @classmethod
    def setUpClass(cls):
        cls.town = Town()
        cls.addClassCleanup(cls.town.close)
        case = cls.town.officer.post("/api/v1/cases", incident())["id"]
        cls.town.police.act(case, "acknowledge")
        cls.town.ict.act(case, "acknowledge")
        cls.town.recover(case)
        cls.town.end(case)
        cls.town.city.stop()
        cls.city = cls.town.city
        cls.original = Database.of(cls.city)
        cls.acts = cls.original.rows("SELECT * FROM acts ORDER BY seq")
        cls.head = cls.acts[-1]["seq"]
        cls.victim = next(act for act in cls.acts if act["case_id"] == case
                          and act["kind"] == "case.acted")
        file = Path(f"{cls.city.data}-checkpoints.ndjson")
        cls.lines = file.read_text().splitlines()
        cls.checkpoints = [json.loads(line)["seq"] for line in cls.lines]

    def copy(self):
        copied = self.original.copy()
        self.addCleanup(copied.drop)
        return copied

    def verify(self, database):
        return self.city.run("ledger", "verify", database=database.address, check=False)

    def found(self, database, pattern):
        done = self.verify(database)
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertRegex(done.stdout, re.compile(pattern, re.M))
        return done.stdout

    def test_an_untouched_copy_is_whole(self):
        done = self.verify(self.copy())
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn(f"{self.head} acts", done.stdout)

    def test_one_flipped_bit_in_any_column_of_an_act_is_found_there(self):
        seq = self.victim["seq"]
        for column in COLUMNS:
            database = self.copy()
            for position in range(3):
                value = self.victim[column]
                with self.subTest(column=column, position=position):
                    wrong = flipped(value, position)
                    if column == "seq":  # onto a number that nobody has
                        wrong = self.head + 1 + (1 << (4 * position))
                    database.run(f"UPDATE acts SET {column} = ? WHERE seq = ?", wrong, seq)
                    self.found(database, rf"^act {seq}: ")
                    database.run(f"UPDATE acts SET {column} = ? WHERE seq = ?", value,
                                 wrong if column == "seq" else seq)
            with self.subTest(column=column, restored=True):
                self.assertEqual(self.verify(database).returncode, 0)

    def test_a_removed_act_is_found_where_it_was(self):
        for seq in (1, self.victim["seq"], self.head):
            with self.subTest(seq=seq):
                database = self.copy()
                database.run("DELETE FROM acts WHERE seq = ?", seq)
                self.found(database, rf"^act {seq}: ")

    def test_an_inserted_act_is_found_though_it_is_hashed_rightly(self):
        seq = self.victim["seq"]
        database = self.copy()
        database.run("UPDATE acts SET seq = -seq - 1 WHERE seq > ?", seq)
        database.run("UPDATE acts SET seq = -seq WHERE seq < 0")
        forged = {**self.victim, "seq": seq + 1, "previous": self.victim["hash"]}
        database.insert("acts", {**forged, "hash": hash_of(forged)})
        self.found(database, rf"^act {seq + 2}: ")

    def test_an_act_put_in_at_the_end_is_found_where_it_changes_a_table(self):
        last = self.acts[-1]
        forged = {**self.victim, "seq": self.head + 1, "at": last["at"], "previous": last["hash"]}
        database = self.copy()
        database.insert("acts", {**forged, "hash": hash_of(forged)})
        self.found(database, rf"^act {self.head + 1}: |table proc_")

    def test_a_cut_tail_is_found_by_the_checkpoint_that_knew_it(self):
        database = self.copy()
        database.run("DELETE FROM acts WHERE seq > ?", self.victim["seq"])
        known = self.checkpoints[-1]
        self.assertEqual(known, self.head)
        self.found(database,
                   rf"^act {known}: the checkpoint .* the ledger ends with act "
                   rf"{self.victim['seq']}$")

    def test_a_history_hashed_again_is_found_by_the_next_checkpoint(self):
        database = self.copy()
        first = self.victim["seq"]
        previous = self.victim["previous"]
        for act in self.acts[first - 1:]:
            changed = {**act, "previous": previous}
            if act["seq"] == first:
                changed["actor"] = "somebody-else"
            previous = hash_of(changed)
            database.run("UPDATE acts SET actor = ?, previous = ?, hash = ? WHERE seq = ?",
                         changed["actor"], changed["previous"], previous, act["seq"])
        met = next(seq for seq in self.checkpoints if seq >= first)
        told = self.found(database, rf"^act {met}: the checkpoint .* signed over another hash$")
        self.assertNotIn("its content is not what its hash says", told)

    def test_a_changed_row_of_any_table_made_from_acts_is_found_in_that_table(self):
        tables = " ".join(row["tables"] for row in
                          self.original.rows("SELECT tables FROM ledger_projection"))
        tried = 0
        for table in re.findall(r"[a-z_]+", tables):
            row = next(iter(self.original.rows(f"SELECT * FROM {table} LIMIT 1")), None)
            if row is None:
                continue
            column, value = next((name, value) for name, value in reversed(row.items())
                                 if value is not None)
            where = " AND ".join(f"{name} = ?" for name, its in row.items() if its is not None)
            held = [its for its in row.values() if its is not None]
            wrong = value + 1 if isinstance(value, int) else value + "x"
            with self.subTest(table=table):
                database = self.copy()
                database.run(f"UPDATE {table} SET {column} = ? WHERE {where}", wrong, *held)
                self.found(database, rf"table {table}: ")
            tried += 1
        self.assertGreaterEqual(tried, 10)

    def test_a_row_taken_out_or_put_in_is_found_in_its_table(self):
        row = self.original.rows("SELECT * FROM proc_done ORDER BY seq LIMIT 1")[0]
        database = self.copy()
        database.run("DELETE FROM proc_done WHERE seq = ?", row["seq"])
        self.found(database, r"table proc_done: row .* is made by the acts and absent$")
        database.insert("proc_done", row)
        self.assertEqual(self.verify(database).returncode, 0)
        database.insert("proc_done", {**row, "seq": self.head + 5})
        self.found(database, r"table proc_done: row .* is not made by the acts$")

    def test_a_stranger_with_the_page_on_the_format_finds_the_same(self):
        if self.original.file is None:
            self.skipTest("the stranger reads SQLite")
        seq = self.victim["seq"]
        for statement, wanted in ((None, []), ("UPDATE acts SET unit = 'x' WHERE seq = ?",
                                               [f"act {seq}: changed"]),
                                  ("DELETE FROM acts WHERE seq = ?", [f"act {seq}: absent"])):
            database = self.copy()
            if statement:
                database.run(statement, seq)
            self.assertEqual(database.ask(
                lambda sql: STRANGER.verify(sql, self.lines)), wanted)


if __name__ == "__main__":
    unittest.main(failfast=True)
