#!/usr/bin/env bash
# What `make run` does: shows the attacks that the house's own rules find in examples/, then runs a
# demonstration city on http://127.0.0.1:8080 until Ctrl-C. The city lies in build/run: delete it to
# begin anew. HAIDANG_PORT chooses another port.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
haidang=$PWD/build/release/haidang
run=$PWD/build/run
port=${HAIDANG_PORT:-8080}
mail_port=$((port + 1))
password=hai-dang-thu-2026

[[ -x $haidang ]] || { echo "run: $haidang is not there; run: make build" >&2; exit 1; }
"$haidang" detect --rules catalogue/rules --format table examples/

mkdir -p "$run/mail"
printf '%s\n' "$password" >"$run/password"
options=(--data "$run/city" --weak-passwords --no-second-factor)

# account unit role name
accounts() {
  cat <<'TXT'
quan-tri so-khcn administrator Quản trị hệ thống
truc-cntt so-khcn analyst Trực ban cơ quan CNTT
truc-ca ca-tp police_officer Trực ban Công an thành phố
can-bo so-y-te officer Cán bộ an toàn thông tin Sở Y tế
thu-truong so-y-te head Giám đốc Sở Y tế
nhan-vien so-y-te employee Viên chức Sở Y tế
ung-cuu bp-ung-cuu responder Bộ phận ứng cứu sự cố
ubnd ubnd-tp committee Ủy ban nhân dân thành phố
tai-chinh so-tai-chinh finance Sở Tài chính
ke-hoach so-tai-chinh planning Kế hoạch đầu tư
tu-phap so-tu-phap justice Sở Tư pháp
bao-chi bao-ptth media Báo và phát thanh, truyền hình
nha-mang vnpt-hp isp Doanh nghiệp viễn thông
kiem-toan vp-ubnd auditor Đoàn kiểm tra
TXT
}

if [[ ! -e $run/city/seeded ]]; then
  rm -rf "$run/city" "$run/city-checkpoints.ndjson"
  echo
  echo "Lập thành phố mẫu Hải Phòng / Making the demonstration city"
  "$haidang" profile haiphong-2014 haiphong-2025 demo-people "${options[@]}"
  while read -r account unit role name; do
    "$haidang" account create --id "$account" --unit "$unit" --role "$role" --name "$name" \
      --email "$account@haidang.example" --password-file "$run/password" --keep-password \
      "${options[@]}" >/dev/null
  done < <(accounts)
  touch "$run/city/seeded"
fi

/usr/bin/python3 tools/mail_sink.py "$mail_port" "$run/mail" &
mail=$!
"$haidang" serve "${options[@]}" --port "$port" --public-address "http://127.0.0.1:$port" \
  --mail-url "smtp://127.0.0.1:$mail_port" --mail-without-tls >"$run/address" 2>>"$run/server.log" &
server=$!
trap 'kill $server $mail 2>/dev/null; wait' EXIT
trap 'exit 0' INT TERM

for _ in $(seq 100); do
  curl -fs "http://127.0.0.1:$port/readyz" >/dev/null 2>&1 && break
  kill -0 $server 2>/dev/null || { tail -n 5 "$run/server.log" >&2; exit 1; }
  sleep 0.1
done

cat <<TXT

Máy chủ đang chạy / The server runs:  http://127.0.0.1:$port/api/v1   (Ctrl-C: dừng / stop)
Mô tả API / description:              http://127.0.0.1:$port/api/v1/openapi.yaml
Thư đã gửi / mail that was sent:      $run/mail
Nhật ký / log:                        $run/server.log

Tài khoản / accounts (mật khẩu / password: $password)
$(accounts | awk '{ name = $4; for (i = 5; i <= NF; i++) name = name " " $i; printf "  %-12s %-15s %-14s %s\n", $1, $3, $2, name }')

Mở, xác nhận và kết thúc một sự cố / open, acknowledge and close an incident, in another terminal:
  tools/walk.sh http://127.0.0.1:$port          từng lệnh curl, có giải thích / each curl command, explained

Hoặc từng bước / or by hand:
  curl -c /tmp/cb -H 'Content-Type: application/json' http://127.0.0.1:$port/api/v1/session \\
       -d '{"account":"can-bo","password":"$password"}'        # trả về csrf / answers with csrf
  curl -b /tmp/cb -H 'X-CSRF-Token: …' -H 'Content-Type: application/json' http://127.0.0.1:$port/api/v1/cases \\
       -d '{"procedure":"incident","fields":{"kind":"intrusion","trigger":"important_target",
            "detected_at":"$(date +%Y-%m-%dT%H:%M:%S%:z)","contact_name":"An","contact_phone":"+84900000000"}}'
  curl … /api/v1/cases/ID/actions/acknowledge -d '{}'          # truc-ca, truc-cntt

Kiểm chứng sổ cái / verify the ledger:
  $haidang ledger verify --data $run/city
TXT
wait $server
