"""Repair, difficulty and reports from anyone, from opening to end, with every refusal in between."""

import re
import shutil
import subprocess
import tempfile
import unittest
from datetime import datetime, timedelta, timezone
from html.parser import HTMLParser
from pathlib import Path

import city as towns
from city import City, Refused

# account -> (unit, role): beside those of city.py.
MORE = {
    "mechanic": ("bp-ung-cuu", "responder"),
    "mechanic-2": ("bp-ung-cuu", "responder"),
    "firm": ("demo-sua-chua-a", "technician"),
    "committee": ("ubnd-tp", "committee"),
}
PEOPLE = ["officer", "head", "other", "analyst", "police", *MORE]
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\2\0\0\0\x90wS\xde" + b"\0\0\0\0IEND\xaeB`\x82"
ELF = b"\x7fELF\2\1\1" + bytes(9) + b"\2\0\x3e\0\1\0\0\0" + bytes(100)
HTML = b"<!DOCTYPE html><html><script>alert(1)</script></html>"
CHECKED = {name: "passed" for name in
           ("malware_scan", "firmware_parts", "accounts_reset", "foreign_media", "patch_level")}
base = None


def setUpModule():
    """One seeded city where everybody has logged in; each test works on a copy of it."""
    global base
    base = City()
    base.seed()
    password = str(base.dir / "password")
    for account, (unit, role) in MORE.items():
        base.run("account", "create", "--id", account, "--unit", unit, "--role", role, "--name",
                 account, "--email", f"{account}@haidang.example", "--password-file", password,
                 "--keep-password")
    base.start()
    base.sessions = {name: base.log_in(name) for name in PEOPLE}
    base.stop()


def tearDownModule():
    base.__exit__()


class Town(City):
    """A copy of the base; sessions outlive it, so nobody logs in again."""

    def __init__(self, **options):
        super().__init__(**options)
        shutil.copytree(base.data, self.data, dirs_exist_ok=True)
        self.secrets = dict(base.secrets)
        self.used_codes = {k: set(v) for k, v in base.used_codes.items()}

    def __getattr__(self, name):
        """`town.officer`: who has logged in, at this server's port."""
        known = base.sessions.get(name.replace("_", "-"))
        if known is None:
            raise AttributeError(name)
        client = self.client()
        client.cookie, client.csrf = known.cookie, known.csrf
        return client


def now(ahead=timedelta(0)):
    return (datetime.now(timezone.utc) + ahead).strftime("%Y-%m-%dT%H:%M:%SZ")


def to(address):
    return lambda recipient, _: recipient.startswith(address + "@")


def said(address, words):
    return lambda recipient, mail: recipient.startswith(address + "@") and words in mail["Subject"]


class Procedures(unittest.TestCase):
    def refused(self, status, call, *words, **more):
        with self.assertRaises(Refused) as caught:
            call(*words, **more)
        self.assertEqual(caught.exception.status, status, caught.exception.body)
        return caught.exception.body

    def state(self, client, case):
        return client.get(f"/api/v1/cases/{case}")["state"]["name"]

    def paper(self, client, kind, content=PDF):
        sent = client.upload(content)
        return [{"kind": kind, "sha256": sent["sha256"], "filename": kind + ".pdf"}]

    def refused_in_both(self, client, case, action, fields, vi, en):
        for language, words in (("vi", vi), ("en", en)):
            answer = client.ask("POST", f"/api/v1/cases/{case}/actions/{action}", {"fields": fields},
                                {"Accept-Language": language})
            self.assertEqual(answer.status, 422, answer.content)
            self.assertEqual(answer.headers["Content-Type"], "application/problem+json")
            self.assertEqual(answer.json["detail"], words)


class Repair(Procedures):
    def setUp(self):
        self.town = Town(mail=True)
        self.addCleanup(self.town.__exit__)
        self.town.start()

    def opened(self, **fields):
        asked = {"device_kind": "hardware", "failure": "Không lên nguồn", "holds_classified": False,
                 "contact_name": "Dương Thị Mẫu", "contact_phone": "+84912345678", **fields}
        return self.town.officer.post("/api/v1/cases", {"procedure": "repair", "fields": asked})["id"]

    def ordered(self, **fields):
        case = self.opened(**fields)
        self.town.analyst.act(case, "receive")
        self.town.analyst.act(case, "order_city_team", {"work_order_number": "01/PGV"})
        return case

    def hand_over(self, case, media="removed", client=None):
        client = client or self.town.officer
        client.act(case, "hand_over",
                   {"technician_name": "Chu Văn Mẫu", "technician_identity": "031085000001",
                    "storage_media": media},
                   documents=self.paper(client, "hand_over_minutes", PDF + case.encode()))

    def repaired(self):
        case = self.ordered()
        self.hand_over(case)
        self.town.mechanic.act(case, "report_work", {"work_done": "Thay nguồn", "repairable": "repaired"})
        return case

    def test_by_the_citys_unit_goes_from_request_to_service_and_not_before_the_check(self):
        case = self.opened()
        box = self.town.mailbox
        box.wait_for(to("so-khcn-truc-1"))
        box.wait_for(to("bp-ung-cuu-can-bo"))
        self.refused(403, self.town.officer.act, case, "receive")
        self.refused(404, self.town.other.act, case, "receive")
        self.refused(409, self.town.analyst.act, case, "order_city_team")
        self.town.analyst.act(case, "receive")
        self.town.analyst.act(case, "order_city_team", {"work_order_number": "01/PGV"})
        minutes = {"technician_name": "Chu Văn Mẫu", "technician_identity": "031085000001"}
        self.assertIn("hand_over_minutes", self.refused(
            422, self.town.officer.act, case, "hand_over", {**minutes, "storage_media": "removed"}))
        paper = self.paper(self.town.officer, "hand_over_minutes")
        self.assertIn("/fields/storage_media", self.refused(
            422, self.town.officer.act, case, "hand_over", minutes, documents=paper))
        self.assertIn("/fields/technician_identity", self.refused(
            422, self.town.officer.act, case, "hand_over",
            {"technician_name": "Chu Văn Mẫu", "storage_media": "removed"}, documents=paper))
        self.hand_over(case)
        self.refused(409, self.town.analyst.act, case, "return_device")
        self.town.mechanic.act(case, "report_work", {"work_done": "Thay nguồn", "repairable": "repaired"})
        back = self.paper(self.town.officer, "return_minutes")
        self.refused(409, self.town.officer.act, case, "return_device", documents=back)
        self.town.analyst.act(case, "pass_check", CHECKED)
        self.assertIn("return_minutes", self.refused(422, self.town.officer.act, case, "return_device"))
        self.town.officer.act(case, "return_device", documents=back)
        done = self.town.officer.get(f"/api/v1/cases/{case}")
        self.assertEqual((done["state"]["name"], done["final"]), ("in_service", True))
        self.assertFalse([c for c in done["clocks"] if c["running"]])
        self.assertIn("returned_at", done["fields"])
        box.wait_for(said("so-y-te-can-bo", "Đã trả thiết bị"))
        self.refused(409, self.town.analyst.act, case, "report_work")

    def test_by_a_provider_wants_a_certificate_valid_today_and_for_this_kind(self):
        vi = "Đơn vị này hôm nay không có giấy chứng nhận còn hiệu lực cho nhóm thiết bị này."
        en = "This provider holds no certificate that is valid today for this kind of device."
        case = self.opened()
        self.town.analyst.act(case, "receive")
        for provider in ("demo-sua-chua-b", "demo-sua-chua-c"):  # expired for hardware; none
            self.refused_in_both(self.town.analyst, case, "order_provider", {"provider": provider}, vi, en)
        software = self.opened(device_kind="commercial_software")
        self.town.analyst.act(software, "receive")
        self.refused_in_both(self.town.analyst, software, "order_provider",
                             {"provider": "demo-sua-chua-a"}, vi, en)
        self.town.analyst.act(software, "order_provider", {"provider": "demo-sua-chua-b"})
        self.town.analyst.act(case, "order_provider", {"provider": "demo-sua-chua-a"})
        self.town.mailbox.wait_for(said("a", "Giao việc sửa chữa"))
        self.town.mailbox.wait_for(said("b", "Giao việc sửa chữa"))
        self.assertEqual(self.state(self.town.firm, case), "ordered")
        self.refused(404, self.town.firm.get, f"/api/v1/cases/{software}")
        self.assertNotIn("contact_phone", self.town.firm.get(f"/api/v1/cases/{case}")["fields"])

    def test_by_a_provider_is_checked_by_another_unit(self):
        case = self.opened()
        self.town.analyst.act(case, "receive")
        self.town.analyst.act(case, "order_provider", {"provider": "demo-sua-chua-a"})
        self.hand_over(case)
        self.town.firm.act(case, "report_work", {"work_done": "Thay nguồn", "repairable": "repaired"})
        self.refused(403, self.town.firm.act, case, "pass_check", CHECKED)
        self.town.analyst.act(case, "pass_check", CHECKED)

    def test_that_leaves_the_provider_for_the_citys_unit_is_hidden_from_the_provider(self):
        case = self.opened()
        self.town.analyst.act(case, "receive")
        self.town.analyst.act(case, "order_provider", {"provider": "demo-sua-chua-a"})
        self.assertEqual(self.state(self.town.firm, case), "ordered")
        self.town.analyst.act(case, "order_city_team")
        self.refused(404, self.town.firm.get, f"/api/v1/cases/{case}")

    def test_with_storage_media_left_in_wants_the_heads_consent(self):
        case = self.ordered()
        self.assertIn("approval of the unit's head",
                      self.refused(422, self.hand_over, case, media="kept"))
        self.refused(403, self.town.officer.act, case, "approve_media", comment="Đồng ý")
        self.town.head.act(case, "approve_media", comment="Đồng ý để nguyên ổ cứng")
        self.hand_over(case, media="kept")

    def test_is_checked_by_another_person_of_another_unit(self):
        case = self.repaired()
        vi = "Người kiểm tra phải khác người và khác đơn vị đã sửa chữa."
        en = "Somebody else than who repaired it must check."
        for who in (self.town.mechanic, self.town.mechanic_2):
            for action in ("pass_check", "fail_check"):
                self.refused_in_both(who, case, action, CHECKED, vi, en)
        self.town.analyst.act(case, "pass_check", CHECKED)

    def test_that_fails_the_check_is_quarantined_and_repaired_again_or_scrapped(self):
        case = self.repaired()
        bad = {**CHECKED, "foreign_media": "failed"}
        self.assertIn("Some part of the check",
                      self.refused(422, self.town.analyst.act, case, "pass_check", bad))
        self.town.analyst.act(case, "fail_check", bad)
        self.assertEqual(self.state(self.town.officer, case), "quarantined")
        self.town.mailbox.wait_for(said("so-y-te-can-bo", "phải cách ly"))
        back = self.paper(self.town.officer, "return_minutes")
        self.refused(409, self.town.officer.act, case, "return_device", documents=back)
        self.town.analyst.act(case, "repair_again", comment="Còn thiết bị lạ")
        self.assertEqual(self.state(self.town.officer, case), "received")
        gone = self.repaired()
        self.town.analyst.act(gone, "fail_check", bad)
        self.town.officer.act(gone, "scrap", comment="Không sửa được",
                              documents=self.paper(self.town.officer, "disposal_minutes"))
        self.assertEqual(self.state(self.town.officer, gone), "scrapped")

    def test_of_a_device_with_state_secrets_goes_nowhere_and_takes_no_documents(self):
        vi = "Thiết bị có bí mật nhà nước không được giao sửa chữa và không được đưa ra khỏi nơi quản lý."
        en = "A device that holds state secrets is not given to anybody for repair."
        case = self.opened(holds_classified=True)
        self.town.analyst.act(case, "receive")
        for action, fields in (("order_city_team", {}), ("order_provider", {"provider": "demo-sua-chua-a"})):
            self.refused_in_both(self.town.analyst, case, action, fields, vi, en)
        sent = self.paper(self.town.officer, "photo")[0]
        self.refused(422, self.town.officer.post, f"/api/v1/cases/{case}/documents", sent)
        self.town.officer.act(case, "keep_in_place", {"kept_reason": "sealed"})
        self.assertEqual(self.state(self.town.officer, case), "kept_in_place")
        found = self.ordered()
        self.town.mechanic.act(found, "found_classified")
        self.refused_in_both(self.town.analyst, found, "order_city_team", {}, vi, en)
        self.refused(409, self.hand_over, found)


class Difficulty(Procedures):
    fields = {"subject_matter": "funding", "clause": "1.d", "description": "Chưa được bố trí kinh phí",
              "proposal": "Bố trí trong năm", "contact_name": "Dương Thị Mẫu",
              "contact_phone": "+84912345678"}

    def opened(self, town, **more):
        return town.officer.post("/api/v1/cases",
                                 {"procedure": "difficulty", "fields": {**self.fields, **more}})["id"]

    def test_goes_to_both_bodies_to_the_committee_and_back_to_who_asked(self):
        with Town(mail=True) as town:
            town.start()
            box, case = town.mailbox, self.opened(town)
            for body in ("ca-tp-truc-1", "so-khcn-truc-1"):
                box.wait_for(said(body, "Khó khăn, vướng mắc"))
            self.refused(404, town.committee.get, f"/api/v1/cases/{case}")
            self.refused(403, town.officer.act, case, "acknowledge")
            for body in (town.police, town.analyst):
                body.act(case, "acknowledge")
                self.refused(409, body.act, case, "acknowledge")
            box.wait_for(said("so-y-te-can-bo", "Đã tiếp nhận vướng mắc"))
            running = {c["name"]: c["running"] for c in town.officer.get(f"/api/v1/cases/{case}")["clocks"]}
            self.assertEqual(running, {"police_ack": False, "ict_ack": False, "opinions": True})
            town.police.act(case, "give_police_opinion", {"police_opinion": "Nhất trí"})
            self.refused(403, town.police.act, case, "give_ict_opinion", {"ict_opinion": "Hộ"})
            self.refused_in_both(
                town.analyst, case, "forward", {},
                "Cần ý kiến của cả Công an thành phố và cơ quan quản lý công nghệ thông tin.",
                "Both the police and the ICT department must have given their opinion.")
            town.analyst.act(case, "give_ict_opinion", {"ict_opinion": "Nhất trí"})
            town.analyst.act(case, "forward", {"report_number": "12/TTr"})
            box.wait_for(said("ubnd-tp-can-bo", "Báo cáo Ủy ban nhân dân"))
            box.wait_for(said("so-y-te-can-bo", "đã được báo cáo Ủy ban"))
            self.refused(403, town.police.act, case, "answer_difficulty", {"answer": "Hộ"})
            self.refused(422, town.committee.act, case, "answer_difficulty")
            town.committee.act(case, "answer_difficulty", {"answer": "Bố trí quý I", "answer_number": "5/UBND"})
            box.wait_for(said("so-y-te-can-bo", "Đã có trả lời về vướng mắc"))
            town.officer.act(case, "close")
            seen = town.head.get(f"/api/v1/cases/{case}")
            self.assertEqual((seen["state"]["name"], seen["fields"]["answer"]), ("closed", "Bố trí quý I"))
            self.refused(404, town.other.get, f"/api/v1/cases/{case}")
            for mail in box.wait_for(lambda *_: True):
                self.assertNotIn("Chưa được bố trí kinh phí", str(mail))

    def test_unanswered_for_two_working_days_is_told_once_over_two_restarts(self):
        with Town(mail=True) as town:
            town.start()
            case = self.opened(town)
            clocks = {c["name"]: c for c in town.officer.get(f"/api/v1/cases/{case}")["clocks"]}
            due = datetime.fromisoformat(clocks["police_ack"]["due"].replace("Z", "+00:00"))
            end = due.astimezone(timezone(timedelta(hours=7)))
            self.assertEqual((end.hour, end.minute), (23, 59), "at the end of the day, Vietnam's")
            town.stop()
            ahead = int((due - datetime.now(timezone.utc)).total_seconds()) + 60
            climbs = [said(who, "Chưa tiếp nhận vướng mắc") for who in ("ca-tp-truong-phong", "so-khcn-truong-phong")]
            for _ in range(3):
                town.start("--clock-ahead", f"{ahead}s")
                for climbed in climbs:
                    town.mailbox.wait_for(climbed)
                town.kill()
            town.start("--clock-ahead", f"{ahead}s")
            auditor = town.log_in("analyst", ahead=ahead)
            acts = auditor.get(f"/api/v1/cases/{case}/timeline")["timeline"]
            town.stop()
            fired = sorted(a["body"]["clock"] for a in acts if a["kind"] == "clock.fired")
            self.assertEqual(fired, ["ict_ack", "police_ack"])
            for climbed in climbs:
                ids = {m["Message-ID"] for m in town.mailbox.wait_for(climbed)}
                self.assertEqual(len(ids), 1, "a reader sees it once")


class Report(Procedures):
    fields = {"about": "website", "what": "Trang bị thay đổi giao diện", "where": "https://a.example/",
              "when_seen": now(timedelta(hours=-1)), "reporter_name": "Người Dân",
              "reporter_phone": "+84987654321", "reporter_email": "dan@haidang.example"}
    desk = {"desk_name": "Phạm Thị Ví Dụ", "desk_phone": "+84911111111", "unit_concerned": "so-y-te"}

    def setUp(self):
        self.town = Town(mail=True)
        self.addCleanup(self.town.__exit__)
        self.town.start()

    def sent(self, **body):
        got = self.town.client().post("/api/v1/public/reports", {"fields": self.fields, **body})
        case = self.town.analyst.get("/api/v1/cases", procedure="report", q=got["number"])["cases"][0]
        return got, case["id"]

    def follow(self, got, secret=None):
        return self.town.client().ask("GET", f"/api/v1/public/reports/{got['number']}",
                                      headers={"X-Report-Secret": secret or got["secret"]})

    def upload(self, content):
        return self.town.client().ask("POST", "/api/v1/public/documents", raw=content,
                                      headers={"Content-Type": "application/octet-stream"})

    def test_takes_a_picture_and_refuses_programs_pages_and_what_is_too_large(self):
        for content in (ELF, HTML, PNG + bytes(11 << 20)):
            answer = self.upload(content)
            self.assertIn(answer.status, (413, 415, 422), answer.content[:200])
        picture = self.upload(PNG)
        self.assertEqual((picture.status, picture.json["media_type"]), (201, "image/png"))
        got, case = self.sent(documents=[picture.json["sha256"]])
        papers = self.town.analyst.get(f"/api/v1/cases/{case}")["documents"]
        self.assertEqual([p["sha256"] for p in papers], [picture.json["sha256"]])
        self.assertEqual(self.follow(got).status, 200)

    def test_is_followed_by_secret_and_shows_the_outcome_and_nothing_else(self):
        got, case = self.sent()
        for secret in ("x", "0" * 32, got["secret"][:-1] + "g"):
            self.assertEqual(self.follow(got, secret).status, 404)
        self.assertEqual(self.town.client().ask("GET", f"/api/v1/cases/{case}").status, 401)
        desk = self.town.analyst
        desk.act(case, "to_incident", {**self.desk, "incident_kind": "defacement", "trigger": "none"})
        desk.post(f"/api/v1/cases/{case}/comments", {"text": "Trao đổi nội bộ"})
        desk.act(case, "finish", {"outcome_note": "Đã khôi phục trang, cảm ơn ông/bà"})
        shown = self.follow(got)
        self.assertEqual(shown.json["state"]["vi"], "Đã có kết quả")
        self.assertEqual(shown.json["outcome"]["outcome_note"], "Đã khôi phục trang, cảm ơn ông/bà")
        self.assertEqual(shown.json["fields"], self.fields)
        text = shown.content.decode()
        for hidden in ("Trao đổi nội bộ", "Phạm Thị Ví Dụ", "+84911111111", "trigger", "defacement", case):
            self.assertNotIn(hidden, text)
        self.town.mailbox.wait_for(said("dan", "Kết quả tin báo"))

    def test_becomes_an_incident_or_a_repair_of_the_unit_named_linked_both_ways(self):
        ways = {
            "incident": ("to_incident", {"incident_kind": "defacement", "trigger": "none"}),
            "repair": ("to_repair", {"device_kind": "hardware", "failure": "Hỏng", "holds_classified": False}),
        }
        for procedure, (action, fields) in ways.items():
            _, case = self.sent()
            self.refused(403, self.town.police.act, case, action, {**self.desk, **fields})
            self.refused(404, self.town.officer.act, case, action, {**self.desk, **fields})
            self.refused(422, self.town.analyst.act, case, action, fields)
            self.town.analyst.act(case, action, {**self.desk, **fields})
            out = self.town.analyst.get(f"/api/v1/cases/{case}")["links"]
            self.assertEqual([(k["procedure"], k["out"]) for k in out], [(procedure, True)])
            made = self.town.officer.get(f"/api/v1/cases/{out[0]['case']}")
            self.assertEqual(made["subject"], "so-y-te")
            self.assertEqual(made["links"], [], "the unit does not see who reported")
            back = self.town.analyst.get(f"/api/v1/cases/{out[0]['case']}")["links"]
            self.assertEqual([(k["case"], k["out"]) for k in back], [(case, False)])

    def test_is_rejected_only_with_a_reason_that_the_reporter_reads(self):
        got, case = self.sent()
        self.assertIn("/fields/reject_reason", self.refused(422, self.town.analyst.act, case, "reject"))
        self.town.analyst.act(case, "reject", {"reject_reason": "not_ours"})
        shown = self.follow(got).json
        self.assertEqual((shown["final"], shown["outcome"]), (True, {"reject_reason": "not_ours"}))
        mail = self.town.mailbox.wait_for(said("dan", "Kết quả tin báo"))[0]
        self.assertIn("Không thuộc thẩm quyền của thành phố", mail.get_body().get_content())

    def test_too_often_from_one_address_is_answered_429_with_a_time_to_wait(self):
        for _ in range(10):
            self.town.client().post("/api/v1/public/reports", {"fields": self.fields})
        answer = self.town.client().ask("POST", "/api/v1/public/reports", {"fields": self.fields})
        self.assertEqual((answer.status, answer.headers["Retry-After"]), (429, "3600"))


class Paper(HTMLParser):
    """Every word of a printed file, and the tags it is made of."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.words = set(), []
        self.feed(page)
        self.text = " ".join(self.words)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)

    def handle_data(self, data):
        self.words.append(data)


class Printed(Procedures):
    hostile = "<img src=x onerror=alert(1)><script>alert('x')</script> & \"đóng\""

    def test_has_title_fields_in_words_and_history_with_hashes_and_runs_no_html(self):
        asked = {
            "repair": {"device_kind": "hardware", "failure": self.hostile, "holds_classified": False,
                       "contact_name": "Dương Thị Mẫu", "contact_phone": "+84912345678"},
            "difficulty": {**Difficulty.fields, "description": self.hostile},
        }
        with Town() as town:
            town.start()
            cases = {name: town.officer.post("/api/v1/cases", {"procedure": name, "fields": fields})["id"]
                     for name, fields in asked.items()}
            got = town.client().post("/api/v1/public/reports", {"fields": {**Report.fields, "what": self.hostile}})
            cases["report"] = town.analyst.get("/api/v1/cases", q=got["number"])["cases"][0]["id"]
            for name, case in cases.items():
                town.analyst.ask("POST", f"/api/v1/cases/{case}/comments", {"text": self.hostile})
                for language in ("vi", "en"):
                    self.check_page(town.analyst, case, language)
            self.assertIn("Không", Paper(self.page(town.analyst, cases["repair"], "vi")).words)
            self.assertIn("Sở Y tế", Paper(self.page(town.analyst, cases["repair"], "vi")).text)

    def page(self, client, case, language):
        answer = client.ask("GET", f"/api/v1/cases/{case}/print", headers={"Accept-Language": language})
        self.assertEqual(answer.status, 200, answer.content)
        self.assertIn("default-src 'none'", answer.headers["Content-Security-Policy"])
        return answer.content.decode()

    def check_page(self, client, case, language):
        view = client.get(f"/api/v1/cases/{case}")
        paper = Paper(self.page(client, case, language))
        self.assertFalse(paper.tags & {"script", "img"}, paper.tags)
        self.assertEqual(paper.text.count(self.hostile), 2, "the field and the remark, as typed")
        self.assertIn(view["title"][language], paper.text)
        self.assertIn(view["number"], paper.text)
        for act in client.get(f"/api/v1/cases/{case}/timeline")["timeline"]:
            self.assertIn(act["hash"], paper.text)
        for raw in ("case.opened", "case.notified", "true", "false"):
            self.assertNotIn(raw, paper.words)
        self.assertIsNone(re.search(r"\d{4}-\d\d-\d\dT", paper.text), "times as people write them")


class Versions(Procedures):
    def setUp(self):
        self.place = Path(tempfile.mkdtemp(prefix="haidang-catalogue-"))
        self.addCleanup(shutil.rmtree, self.place)
        self.catalogue = self.place / "catalogue"
        for part in ("catalogue", "api"):  # the server looks for api/ beside its catalogue
            shutil.copytree(towns.ROOT / part, self.place / part)
        self.file = self.catalogue / "procedures" / "difficulty.yml"
        self.town = Town(settings=["--catalogue", str(self.catalogue)])
        self.addCleanup(self.town.__exit__)

    def change(self, old, new):
        text = self.file.read_text()
        self.assertEqual(text.count(old), 1, old)
        self.file.write_text(text.replace(old, new))

    def test_a_running_case_ends_under_its_own_and_a_new_one_begins_under_the_newest(self):
        town = self.town
        town.start()
        old = Difficulty.opened(self, town)
        town.stop()
        self.change("version: 1\n", "version: 2\n")
        self.change("    from: [raised, forwarded]\n    to: withdrawn\n", "    from: [forwarded]\n    to: withdrawn\n")
        town.start()
        new = Difficulty.opened(self, town)
        versions = [town.officer.get(f"/api/v1/cases/{case}")["definition"] for case in (old, new)]
        self.assertEqual(versions, [1, 2])
        self.refused(409, town.officer.act, new, "withdraw", comment="Đã tự giải quyết")
        town.officer.act(old, "withdraw", comment="Đã tự giải quyết")
        self.assertEqual(self.state(town.officer, old), "withdrawn")
        town.stop()

    fields = Difficulty.fields

    def test_the_same_version_with_another_text_is_refused_at_the_start(self):
        self.town.start()
        self.town.stop()
        self.change("due: 15 working days", "due: 16 working days")
        done = subprocess.run([towns.program(), "serve", *self.town.options(), "--port", "0",
                               *self.town.settings], capture_output=True, text=True, timeout=30)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("version 1 of procedure 'difficulty' is already recorded with another text: "
                      "raise its version", done.stderr)

    def test_a_broken_one_is_refused_with_file_and_line(self):
        self.change("    to: forwarded\n", "    to: forwardd\n")
        line = self.file.read_text().splitlines().index("    to: forwardd") + 1
        done = subprocess.run([towns.program(), "procedures", "check", str(self.file.parent), *self.town.settings],
                              capture_output=True, text=True, timeout=30)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertRegex(done.stdout, rf"difficulty\.yml:{line}: .*forwardd.*forwarded")


if __name__ == "__main__":
    unittest.main(verbosity=0, warnings="ignore")
