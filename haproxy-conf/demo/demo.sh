#!/bin/bash
# Routes live traffic on this machine: HAProxy, the agent, and two versions of a small service.
# Shows the split of 1,000 requests, edits the gateway while all of it runs, shows the new split.
#
#   demo.sh PROGRAM [--once]     PROGRAM: pointsman. --once: ends by itself; exit code 0 if every
#                                split was as expected. Otherwise it stays until Ctrl-C.
# Needs no root, writes only below one temporary folder, and listens only on 127.0.0.1.
set -euo pipefail

program=$(realpath "$1")
once=${2:-}
here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
folder=$(mktemp -d "${TMPDIR:-/tmp}/pointsman-demo.XXXXXX")
requests=1000
unexpected=0
pids=()

bold='' plain='' block='#'
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then bold=$'\033[1m' plain=$'\033[0m'; fi
case ${LC_ALL:-${LC_CTYPE:-${LANG:-}}} in *[Uu][Tt][Ff]*8*) block='█' ;; esac

clean_up() {
  local pid
  trap - EXIT INT TERM
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  wait 2>/dev/null || true
  rm -rf "$folder"
}

fail() {
  printf 'demo: %s\n' "$1" >&2
  tail -n 20 "$folder"/*.log >&2
  exit 1
}

# The first port from $1 on that nobody listens on.
free_port() {
  local port=$1
  while (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do port=$((port + 1)); done
  printf '%s' "$port"
}

start() {  # NAME COMMAND...
  local name=$1
  shift
  "$@" >"$folder/$name.log" 2>&1 &
  pids+=($!)
}

prepare_files() {
  port=$(free_port 8080)
  local v1 v2 spop
  v1=$(free_port $((port + 1)))
  v2=$(free_port $((v1 + 1)))
  spop=$(free_port 9012)
  local ports=(-e "s/:8081/:$v1/" -e "s/:8082/:$v2/" -e "s/port: 8080/port: $port/")
  sed "${ports[@]}" "$here/shop.yaml" >"$folder/shop.yaml"
  sed "${ports[@]}" "$here/services.cfg" >"$folder/services.cfg"
  cat >"$folder/pointsman.yaml" <<YAML
gateways: shop.yaml
state: .
spop:
  listen: ["127.0.0.1:$spop"]
table:
  listen: ["unix:$folder/table.sock"]
YAML
  "$program" check -c "$folder/pointsman.yaml" >"$folder/check.log" 2>&1 || fail "check refused"
  "$program" render -c "$folder/pointsman.yaml" -o "$folder" --demo --chroot '' --user '' \
    --group '' --port-bind "$port=127.0.0.1:$port" >"$folder/render.log" 2>&1 ||
    fail "the configuration could not be rendered"
}

header() {  # NAME: its value in the answer to one request
  curl -s -o /dev/null -D - "http://127.0.0.1:$port/" |
    tr -d '\r' | sed -n "s/^$1: //Ip"
}

start_all() {
  PATH=$PATH:/usr/sbin
  start services haproxy -db -f "$folder/services.cfg"
  start agent "$program" agent -c "$folder/pointsman.yaml"
  agent_pid=${pids[-1]}
  start haproxy haproxy -db -f "$folder/haproxy.cfg"
  haproxy_pid=${pids[-1]}
  local try
  for ((try = 0; try < 100; try++)); do
    [ "$(header x-pointsman-by)" = agent ] && return
    sleep 0.1
  done
  fail "no decision by the agent within 10 s"
}

# One line a version, and whether each got its share: within 1 point of it.
show_split() {  # TITLE V1-SHARE V2-SHARE [CURL-OPTION...]
  local title=$1 wanted=("$2" "$3") url="http://127.0.0.1:$port/?n=[1-$requests]"
  local answers version count wide lowest highest i
  shift 3
  printf '\n%s\n' "$title"
  answers=$(curl -sS --fail "$@" "$url") || fail "a request failed"
  for i in 0 1; do
    version=v$((i + 1))
    count=$(grep -c "^$version\$" <<<"$answers" || true)
    wide=$((count * 50 / requests))
    printf '  %s  %s%s  %d.%d %%\n' "$version" "$(repeat "$block" "$wide")" \
      "$(repeat ' ' $((50 - wide)))" $((count * 100 / requests)) $((count * 1000 / requests % 10))
    lowest=$(((wanted[i] - 1) * requests / 100)) highest=$(((wanted[i] + 1) * requests / 100))
    if ((count < lowest || count > highest)); then
      printf '      expected %d %%\n' "${wanted[i]}"
      unexpected=$((unexpected + 1))
    fi
  done
}

repeat() {
  local text='' i
  for ((i = 0; i < $2; i++)); do text+=$1; done
  printf '%s' "$text"
}

show_gateway() { sed -n '/^routes:/,$p' "$folder/shop.yaml" | sed 's/^/    /'; }

# Edits the gateway as a person would, and waits until the agent says that it took the change.
change_gateway() {
  local before try
  before=$(header x-pointsman-generation)
  sed -i -e 's/weight: 80%/weight: 50%/' -e 's/weight: 20%/weight: 50%/' \
    -e 's/condition: .*/condition: cookie beta == yes/' \
    -e 's/condition_strength: .*/condition_strength: 100%/' "$folder/shop.yaml"
  for ((try = 0; try < 100; try++)); do
    [ "$(header x-pointsman-generation)" != "$before" ] && return
    sleep 0.05
  done
  fail "the agent did not take the change within 5 s"
}

process_start() { awk '{print $22}' "/proc/$1/stat"; }

show_next() {
  cat <<TEXT

${bold}Try next${plain} (in another terminal)
  curl http://127.0.0.1:$port/                       # v1 or v2 in turn
  curl -b beta=yes http://127.0.0.1:$port/           # v2, by the condition
  curl -si http://127.0.0.1:$port/ | grep -i x-pointsman
  \$EDITOR $folder/shop.yaml                         # saved = routed; a mistake changes nothing
  $program explain -g $folder/shop.yaml --gateway shop \\
      --url http://127.0.0.1:$port/ --cookie beta=yes
  kill $agent_pid                                     # the agent: HAProxy decides alone, alike
  tail $folder/agent.log

Ctrl-C ends the demo.
TEXT
}

trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

prepare_files
start_all
started=$(process_start "$haproxy_pid")
printf '%sHAProxy (process %s) on http://127.0.0.1:%s/, gateway %s%s\n' \
  "$bold" "$haproxy_pid" "$port" "$folder/shop.yaml" "$plain"
show_gateway
show_split "$requests requests" 80 20
show_split "$requests requests by Firefox: half by the condition, the rest by weight" \
  40 60 -A Firefox

change_gateway
printf '\n%sThe file was edited; HAProxy was not reloaded (still process %s)%s\n' \
  "$bold" "$haproxy_pid" "$plain"
show_gateway
show_split "$requests requests" 50 50
show_split "$requests requests with the cookie beta=yes" 0 100 -b beta=yes
[ "$(process_start "$haproxy_pid")" = "$started" ] || fail "HAProxy is another process now"

if [ "$once" != --once ]; then
  show_next
  sleep infinity &
  pids+=($!)
  wait $!
fi
if [ "$unexpected" -gt 0 ]; then
  printf '\n%d shares were not as expected\n' "$unexpected" >&2
  exit 1
fi
