#!/bin/bash
# NSD, the name server that the responder is compared with: prints the command that runs it. One
# that is installed is used as it is. Otherwise Debian's package is unpacked, with the libraries
# that it needs, below $POINTSMAN_NSD_CACHE (/var/cache/nsd-unpacked): to install it would start a
# server. What is unpacked stays. Needs no root where the folder can be written.
set -euo pipefail

cache=${POINTSMAN_NSD_CACHE:-/var/cache/nsd-unpacked}
packages=(nsd libevent-2.1-7 libfstrm0 libprotobuf-c1)

download() { apt-get download -q "${packages[@]}" >"$cache.log" 2>&1; }

unpack() {
  local package new=$cache.new
  rm -rf "$new"
  mkdir -p "$new"
  cd "$new"
  # A machine without lists of packages gets them first.
  download || { apt-get update -qq >"$cache.log" 2>&1 && download; }
  for package in *.deb; do dpkg-deb -x "$package" .; done
  rm -f -- *.deb
  cat >nsd <<COMMAND
#!/bin/bash
LD_LIBRARY_PATH=\$(echo "$cache"/usr/lib/*-linux-gnu) exec "$cache/usr/sbin/nsd" "\$@"
COMMAND
  chmod +x nsd
  rm -rf "$cache"
  mv "$new" "$cache"
}

installed=$(PATH=$PATH:/usr/sbin command -v nsd || true)
if [ -n "$installed" ]; then
  echo "$installed"
  exit
fi
if [ ! -x "$cache/nsd" ]; then
  trap '[ $? = 0 ] || echo "nsd: could not be unpacked: see $cache.log" >&2' EXIT
  unpack
fi
echo "$cache/nsd"
