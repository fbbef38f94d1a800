#!/bin/sh
# fetch-jar <address> [sha256]: downloads one jar into the current folder and checks it. Whoever stands between can
# change what comes without TLS, so an address other than https needs the checksum; so does one it leads to.
set -eu
address=$1
expected=${2:-}
file=${address##*/}
case $address in
  https://*) ;;
  http://*)
    [ -n "$expected" ] || {
      echo "fetch-jar: ${address} is not https and has no sha256: give one of the two (see images/spark/README.md)" >&2
      exit 1
    } ;;
  *) echo "fetch-jar: no address for ${file}: give its repository as a build argument (see images/spark/README.md)" >&2
     exit 1 ;;
esac
if command -v curl >/dev/null; then
  only=''
  [ -n "$expected" ] || only='--proto-redir =https'
  # shellcheck disable=SC2086 # an option and its value, or nothing
  curl -fsSL $only --retry 3 -o "$file" "$address"
elif command -v wget >/dev/null; then
  only=''
  [ -n "$expected" ] || only='--https-only --max-redirect=0'
  # shellcheck disable=SC2086
  wget -q $only -O "$file" "$address"
else
  echo "fetch-jar: neither curl nor wget is in the base image" >&2
  exit 1
fi
found=$(sha256sum "$file" | cut -d' ' -f1)
if [ -z "$expected" ]; then
  echo "fetch-jar: ${file} ${found} (not checked: no sha256 given)"
elif [ "$found" != "$expected" ]; then
  echo "fetch-jar: ${file} has sha256 ${found}, expected ${expected}" >&2
  exit 1
fi
