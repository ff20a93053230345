"""The people of an immediate report, logged in at a city of their own, with a mail and SMS gateway."""

import http.server
import json
import threading
import time

from city import City

PLACE = "Phòng 204, máy MAU-PC-900, ngăn lưu trữ số 7"
PEOPLE = {
    "vp-ubnd-can-bo": ("vp-ubnd", ["officer"], "Đặng Thị Mẫu"),
    "ca-tp-truc-1": ("ca-tp", ["police_officer"], "Nguyễn Thị Ví Dụ"),
    "so-khcn-truong-phong": ("so-khcn", ["analyst"], "Vũ Thị Ví Dụ"),
    "auditor": ("thanh-tra", ["auditor"], "Cán bộ thanh tra"),
}


def moment(ahead=0):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + ahead))


def incident(**more):
    return {
        "procedure": "incident",
        "subject": "vp-ubnd",
        "fields": {"kind": "intrusion", "trigger": "state_secrets", "detected_at": moment(),
                   "contact_name": "Đặng Thị Mẫu", "contact_phone": "+84000000007",
                   "secret_location": PLACE, **more},
    }


class SmsGateway:
    """A real HTTP server in the place of the city's SMS gateway; remembers what was posted."""

    def __init__(self):
        posted = self.posted = []

        class Taking(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                posted.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Taking)
        self.url = f"http://127.0.0.1:{self.server.server_port}/send"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


class Town:
    """The city with its people logged in; they stay so over every restart."""

    def __init__(self):
        self.sms = SmsGateway()
        self.city = City(mail=True, settings=["--sms-url", self.sms.url,
                                              "--checkpoint-every", "1s"])
        self.city.seed()
        for account, (unit, roles, name) in PEOPLE.items():
            self.city.add_account(account, unit, roles, name)
        self.city.start()
        self.people = []
        self.log_in()

    def log_in(self, ahead=0):
        self.hang_up()
        self.people = [self.city.log_in(account, ahead) for account in PEOPLE]
        self.officer, self.police, self.ict, self.auditor = self.people

    def hang_up(self):  # before people are forgotten
        for person in self.people:
            person.hang_up()

    def restart(self, *options):
        self.city.kill()
        self.city.start(*options)
        for person in self.people:
            person.move(self.city.port)

    def close(self):
        self.hang_up()
        self.city.__exit__()
        self.sms.stop()

    def timeline(self, case):
        return self.auditor.get(f"/api/v1/cases/{case}/timeline")["timeline"]

    def state(self, case):
        return self.auditor.get(f"/api/v1/cases/{case}")["state"]["name"]

    def fired(self, case):
        return [act["body"]["clock"] for act in self.timeline(case) if act["kind"] == "clock.fired"]

    def recover(self, case, ahead=0):
        """From a case both have taken up to one that is over, but for the papers."""
        self.officer.act(case, "confirm_incident")
        self.officer.act(case, "contain", {"containment": ["isolated", "evidence_kept"]})
        self.ict.act(case, "record_cause", {"cause": "phishing", "cause_stage": "conclusive"})
        self.officer.act(case, "recover", {"recovered_at": moment(ahead)})

    def end(self, case):
        self.officer.act(case, "report_initial", {"secret_mark": "toi_mat"})
        self.officer.act(case, "report_closing")
        self.police.act(case, "close")
