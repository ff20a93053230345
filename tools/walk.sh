#!/usr/bin/env bash
# An incident from opening to closing, by curl, against the city that `make run` has started:
#
#   tools/walk.sh [http://127.0.0.1:8080] [PASSWORD]
#
# Shows each command before it runs it. Ends with 1 at the first answer that is an error.
set -euo pipefail
address=${1:-http://127.0.0.1:8080}
password=${2:-hai-dang-thu-2026}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }

# The value of a text member in the last answer.
member() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p" "$dir/answer"; }

# ask ACCOUNT METHOD PATH [JSON]
ask() {
  local account=$1 method=$2 path=$3 body=${4:-} status csrf=''
  [[ ! -e $dir/$account.csrf ]] || csrf=$(cat "$dir/$account.csrf")
  local words=(-X "$method" -b "$dir/$account" -c "$dir/$account" -H "X-CSRF-Token: $csrf")
  [[ -z $body ]] || words+=(-H 'Content-Type: application/json' -d "$body")
  printf '  %s: curl -X %s %s%s\n' "$account" "$method" "$address$path" "${body:+ -d '$body'}"
  status=$(curl -s -o "$dir/answer" -w '%{http_code}' "${words[@]}" "$address$path")
  printf '  -> %s %s\n' "$status" "$(head -c 160 "$dir/answer")"
  [[ $status == 2* ]] || exit 1
}

log_in() {
  ask "$1" POST /api/v1/session "{\"account\":\"$1\",\"password\":\"$password\"}"
  member csrf >"$dir/$1.csrf"
}

now=$(date +%Y-%m-%dT%H:%M:%S%:z)
say "Cán bộ Sở Y tế đăng nhập và mở sự cố phải báo cáo ngay / the officer opens an incident to be reported at once"
log_in can-bo
ask can-bo POST /api/v1/cases "{\"procedure\":\"incident\",\"fields\":{\"kind\":\"intrusion\",\"trigger\":\"important_target\",\"detected_at\":\"$now\",\"contact_name\":\"Dương Thị Mẫu\",\"contact_phone\":\"+84000000011\",\"description\":\"Máy chủ hồ sơ bệnh án bị đăng nhập lạ\",\"measures\":\"Đã ngắt mạng máy chủ\"}}"
case=$(member id)

say "Công an và cơ quan CNTT xác nhận đã tiếp nhận, hướng dẫn / both authorities acknowledge and guide"
for account in truc-ca truc-cntt; do
  log_in $account
  ask $account POST "/api/v1/cases/$case/actions/acknowledge" '{}'
  ask $account POST "/api/v1/cases/$case/actions/guide" '{"fields":{"guidance_channel":"phone"}}'
done

say "Đơn vị ngăn chặn, tìm nguyên nhân, khôi phục, báo cáo kết thúc / the unit contains, explains, recovers, reports"
ask can-bo POST "/api/v1/cases/$case/actions/report_initial" '{}'
ask can-bo POST "/api/v1/cases/$case/actions/confirm_incident" '{}'
ask can-bo POST "/api/v1/cases/$case/actions/contain" '{"fields":{"containment":["isolated","accounts_disabled"]}}'
ask can-bo POST "/api/v1/cases/$case/actions/record_cause" '{"fields":{"cause":"credentials","cause_stage":"conclusive"}}'
ask can-bo POST "/api/v1/cases/$case/actions/recover" "{\"fields\":{\"recovered_at\":\"$now\"}}"
ask can-bo POST "/api/v1/cases/$case/actions/report_closing" '{"fields":{"closing_report":"Đã đổi toàn bộ mật khẩu quản trị, bật xác thực hai lớp."}}'

say "Cơ quan CNTT kết thúc hồ sơ / the ICT department closes the case"
ask truc-cntt POST "/api/v1/cases/$case/actions/close" '{}'

say "Ai đã được báo, khi nào, ai trả lời / who was told when, and who answered"
ask can-bo GET "/api/v1/cases/$case/timeline"
printf '\n  %s/api/v1/cases/%s/print\n' "$address" "$case"
