#!/bin/bash
# Runs a command on a machine like this one, but for itself: what it changes below /etc, /usr, /var
# and /run is gone afterwards, and its network too. Called as `systemctl` it does what the units
# pointsman and haproxy say, as far as documents ask for it.
#
#   debian_machine.sh COMMAND...     needs root
set -euo pipefail

on_own_machine() {
  local folder
  mount -t tmpfs tmpfs /mnt
  for folder in /etc /usr /var; do
    mkdir -p "/mnt/upper$folder" "/mnt/work$folder"
    mount -t overlay overlay "$folder" -o \
      "lowerdir=$folder,upperdir=/mnt/upper$folder,workdir=/mnt/work$folder"
  done
  mount -t tmpfs tmpfs /run
  mkdir /run/haproxy
  ip link set lo up
  ln -s "$(realpath "$0")" /usr/local/bin/systemctl
}

unit() {  # KEY: what pointsman.service says
  sed -n "s/^$1=//p" /etc/systemd/system/pointsman.service
}

start_pointsman() {
  install -d -m "$(unit StateDirectoryMode)" -o "$(unit User)" -g "$(unit Group)" \
    "/var/lib/$(unit StateDirectory)"
  # shellcheck disable=SC2046  # a command and its arguments
  (umask "$(unit UMask)" && exec setpriv --reuid="$(unit User)" --regid="$(unit Group)" \
    --clear-groups $(unit ExecStart)) 2>>agent.log &
  echo $! >/run/pointsman.pid
}

reload_haproxy() {
  haproxy -c -q -f /etc/haproxy/haproxy.cfg
  if [ -e /run/haproxy.pid ]; then
    kill -USR2 "$(cat /run/haproxy.pid)"
  else
    haproxy -W -f /etc/haproxy/haproxy.cfg >>haproxy.log 2>&1 &
    echo $! >/run/haproxy.pid
  fi
}

if [ "$(basename "$0")" = systemctl ]; then
  case "$*" in
    daemon-reload) ;;
    'start pointsman' | 'enable --now pointsman') start_pointsman ;;
    'stop pointsman') kill "$(cat /run/pointsman.pid)" ;;
    'reload haproxy') reload_haproxy ;;
    *) echo "systemctl $*: not here" >&2 && exit 1 ;;
  esac
elif [ "${1:-}" = --inside ]; then
  shift
  on_own_machine
  exec "$@"
else
  exec unshare --mount --net --propagation private "$0" --inside "$@"
fi
