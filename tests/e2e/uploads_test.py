#!/usr/bin/env python3
"""Who may attach what: knowing the SHA-256 of a document is not having it."""

import datetime
import unittest

from city import City, Refused


def now():
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


class Uploads(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.city = City(settings=["--reports-per-hour", "100"])
        cls.addClassCleanup(cls.city.__exit__)
        cls.city.seed()
        cls.city.add_account("auditor", "thanh-tra", ["auditor"], "Cán bộ thanh tra")
        cls.city.start()
        cls.officer = cls.city.log_in("officer")
        cls.other = cls.city.log_in("other")

    def open_incident(self, client, **more):
        return client.post("/api/v1/cases", {
            "procedure": "incident",
            "fields": {"kind": "malware", "trigger": "none", "detected_at": now(),
                       "contact_name": "Trần Văn An", "contact_phone": "02253123456",
                       "description": "Máy trạm gửi dữ liệu ra ngoài"},
            **more,
        })["id"]

    def attach(self, client, case, sha256):
        client.post(f"/api/v1/cases/{case}/documents",
                    {"kind": "evidence", "sha256": sha256, "filename": "nhat-ky.txt"})

    def report(self, sha256):
        return self.city.client().post("/api/v1/public/reports", {
            "fields": {"about": "scam", "what": "Tin nhắn giả danh", "where": "Hồng Bàng",
                       "when_seen": now()},
            "documents": [sha256],
        })

    def upload_in_public(self, content):
        answer = self.city.client().ask("POST", "/api/v1/public/documents", raw=content,
                                        headers={"Content-Type": "application/octet-stream"})
        self.assertEqual(answer.status, 201, answer.content)
        return answer.json["sha256"]

    def assert_not_sent(self, work):
        with self.assertRaises(Refused) as caught:
            work()
        self.assertEqual(caught.exception.status, 422)
        self.assertIn("was not uploaded by you or your unit", caught.exception.body)
        self.assertIn("/documents/0/sha256", caught.exception.body)

    def test_a_document_serves_who_sent_it_and_their_unit(self):
        case = self.open_incident(self.officer)
        sha256 = self.officer.upload("Nhật ký của máy 12\n".encode())["sha256"]
        self.attach(self.officer, case, sha256)
        got = self.officer.ask("GET", f"/api/v1/cases/{case}/documents/{sha256}")
        self.assertEqual(got.content, "Nhật ký của máy 12\n".encode())
        second = self.officer.upload("Nhật ký của máy 13\n".encode())["sha256"]
        self.attach(self.city.log_in("head"), case, second)

    def test_who_knows_a_hash_can_neither_attach_nor_read_the_document(self):
        sha256 = self.other.upload("Của Sở Tài chính\n".encode())["sha256"]
        case = self.open_incident(self.officer)
        self.assert_not_sent(lambda: self.attach(self.officer, case, sha256))
        self.assert_not_sent(lambda: self.open_incident(self.officer, documents=[
            {"kind": "evidence", "sha256": sha256, "filename": "nhat-ky.txt"}]))
        self.assert_not_sent(lambda: self.attach(self.officer, case, "a" * 64))
        got = self.officer.ask("GET", f"/api/v1/cases/{case}/documents/{sha256}")
        self.assertEqual(got.status, 404)

    def test_the_sending_is_an_act_of_the_account_and_its_unit(self):
        sha256 = self.officer.upload("Nhật ký của máy 14\n".encode())["sha256"]
        acts, after = [], "0"
        auditor = self.city.log_in("auditor")
        while after:
            page = auditor.get("/api/v1/ledger/acts", after=after, limit=200)
            acts += page["acts"]
            after = page.get("next")
        sent = [act for act in acts if act["body"] and act["body"].get("sha256") == sha256]
        self.assertEqual([(act["kind"], act["actor"], act["unit"]) for act in sent],
                         [("document.stored", "officer", "so-y-te")])
        self.assertEqual(sent[0]["body"]["bytes"], len("Nhật ký của máy 14\n".encode()))

    def test_what_a_reporter_sent_serves_one_report(self):
        sha256 = self.upload_in_public("Ảnh chụp tin nhắn\n".encode())
        self.assertTrue(self.report(sha256)["number"])
        self.assert_not_sent(lambda: self.report(sha256))
        self.upload_in_public("Ảnh chụp tin nhắn\n".encode())
        self.assertTrue(self.report(sha256)["number"])

    def test_a_reporter_cannot_attach_what_an_office_sent(self):
        sha256 = self.officer.upload("Nội bộ\n".encode())["sha256"]
        self.assert_not_sent(lambda: self.report(sha256))

    def test_the_uploads_outlive_a_restart_and_a_rebuild(self):
        sha256 = self.officer.upload("Nhật ký của máy 15\n".encode())["sha256"]
        self.city.stop()
        self.city.run("ledger", "rebuild")
        self.city.start()
        officer = self.city.log_in("officer")
        self.attach(officer, self.open_incident(officer), sha256)
        type(self).officer = officer
        type(self).other = self.city.log_in("other")


if __name__ == "__main__":
    unittest.main(warnings="ignore")
