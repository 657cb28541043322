#!/bin/bash
# The versions of HAProxy that the end-to-end tests run on: this Debian's own, and those of two
# later Debian suites, each in a small root of its own below the cache folder.
#
#   haproxy_versions.sh     installs below $POINTSMAN_HAPROXY_CACHE (/var/cache/haproxy-versions)
#
# Prints "VERSION<tab>COMMAND" for each. A COMMAND is used like `haproxy`: it sees the same files
# under the top folders that are listed in `shared_folders` and that it is called in. Needs root the
# first time, and for COMMANDs of other suites (a mount namespace). What is installed stays.
set -euo pipefail

cache=${POINTSMAN_HAPROXY_CACHE:-/var/cache/haproxy-versions}
suites=(trixie forky)
shared_folders="dev proc sys tmp run home root"

debian_mirror() {
  cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null |
    awk '$1 == "URIs:" {print $2; exit} $1 == "deb" {print $(/^deb *\[/ ? 3 : 2); exit}' || true
}

install_suite() {
  local suite=$1 root=$cache/$1 mirror
  [ ! -x "$root/usr/sbin/haproxy" ] || return 0
  mirror=$(debian_mirror)
  rm -rf "$root"
  # The script for "sid" serves suites that this debootstrap does not know by name.
  debootstrap --variant=minbase --include=haproxy "$suite" "$root" \
    "${mirror:-http://deb.debian.org/debian}" /usr/share/debootstrap/scripts/sid \
    >"$cache/$suite.log" 2>&1 || { rm -rf "$root"; return 1; }
  rm -f "$root"/var/cache/apt/archives/*.deb
}

write_command() {
  local root=$cache/$1
  cat >"$cache/haproxy-$1.new" <<COMMAND
#!/bin/bash
# HAProxy of Debian $1, in its own root and mount namespace.
here=\${PWD#/}
exec unshare --mount --propagation private bash -c '
  for folder in $shared_folders "\$0"; do
    case \$folder in usr | etc | lib* | bin | sbin | var | boot | "") continue ;; esac
    [ -d "/\$folder" ] || continue
    mkdir -p "$root/\$folder" && mount --rbind "/\$folder" "$root/\$folder"
  done
  cd / && exec chroot "$root" /usr/sbin/haproxy "\$@"' "\${here%%/*}" "\$@"
COMMAND
  chmod +x "$cache/haproxy-$1.new"
  mv "$cache/haproxy-$1.new" "$cache/haproxy-$1"
}

print_version() {
  printf '%s\t%s\n' "$("$1" -v | sed -n '1s/^[^0-9]*\([0-9]*\.[0-9]*\).*/\1/p')" "$1"
}

mkdir -p "$cache" 2>/dev/null || true
print_version "$(command -v haproxy)"
for suite in "${suites[@]}"; do
  if [ ! -x "$cache/haproxy-$suite" ] || [ ! -x "$cache/$suite/usr/sbin/haproxy" ]; then
    if ! install_suite "$suite"; then
      echo "haproxy_versions: $suite could not be installed: see $cache/$suite.log" >&2
      exit 1
    fi
    write_command "$suite"
  fi
  print_version "$cache/haproxy-$suite"
done
