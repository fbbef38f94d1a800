#!/bin/sh
# fetch-jar <address> [sha256]: downloads one jar into the current folder and checks it.
set -eu
address=$1
expected=${2:-}
file=${address##*/}
case $address in
  http*://*) ;;
  *) echo "fetch-jar: no address for ${file}: give its repository as a build argument (see images/spark/README.md)" >&2
     exit 1 ;;
esac
if command -v curl >/dev/null; then
  curl -fsSL --retry 3 -o "$file" "$address"
elif command -v wget >/dev/null; then
  wget -q -O "$file" "$address"
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
