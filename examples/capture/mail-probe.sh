# postfix, local mail, and a stranger who tries to relay and to learn which accounts exist.
# shellcheck shell=bash disable=SC2154  # names come from cell.sh

start_postfix() {
  printf '%s\n' 'compatibility_level = 3.6' 'myhostname = mail.haiphong.example' \
    'mydestination = haiphong.example, localhost' 'mynetworks = 127.0.0.10/31' \
    'inet_interfaces = all' 'inet_protocols = ipv4' 'mailbox_size_limit = 0' \
    'smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination' \
    'local_recipient_maps = unix:passwd.byname' 'disable_dns_lookups = yes' \
    'maillog_file =' 'alias_maps =' 'smtpd_peername_lookup = no' >/etc/postfix/main.cf
  sed -E -i 's/^(\S+\s+\S+\s+\S+\s+\S+\s+)y(\s)/\1n\2/' /etc/postfix/master.cf
  mkdir -p /var/spool/postfix
  postfix start || true
  wait_for bash -c "</dev/tcp/$server/25" 2>/dev/null
}

# say FROM_ADDRESS LINE…: one SMTP conversation
say() {
  python3 - "$@" <<'PY'
import smtplib, sys
source, *lines = sys.argv[1:]
client = smtplib.SMTP("127.0.0.1", 25, source_address=(source, 0), timeout=10)
for line in lines:
    code, reply = client.docmd(*line.split(" ", 1))
    if code == 354:
        client.send(b"Subject: thu\r\n\r\nKinh gui.\r\n.\r\n")
        client.getreply()
try:
    client.quit()
except smtplib.SMTPServerDisconnected:
    pass
PY
}

ordinary_mail() {
  say "${office[0]}" 'EHLO may-tram-10' 'MAIL FROM:<an@haiphong.example>' \
    'RCPT TO:<binh@haiphong.example>' DATA
}

probes() {
  local name
  say "$attacker" 'EHLO scan' 'MAIL FROM:<x@spam.example>' 'RCPT TO:<victim@elsewhere.example>'
  say "$attacker" 'EHLO scan' 'MAIL FROM:<an@haiphong.example>' 'RCPT TO:<test@relay.example>'
  for name in admin root quantri ketoan vanthu lanhdao it hotro giamdoc thuky phongcntt tester; do
    say "$attacker" 'EHLO scan' 'MAIL FROM:<x@spam.example>' "RCPT TO:<$name@haiphong.example>"
  done
}

add_person an x
add_person binh x
start_syslog 'mail.*' mail.log
start_postfix
ordinary_mail
probes
ordinary_mail
sleep 2
postfix stop || true
keep mail.log
