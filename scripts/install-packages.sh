#!/bin/sh
# Installs those of the named Debian packages that are missing; says what to do where it cannot.
# usage: install-packages.sh PACKAGE...
set -eu

missing=
for package in "$@"; do
  status=$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$status" = installed ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null; then
  echo "Missing:$missing. This is not a Debian system: please install what corresponds to them." >&2
  exit 1
fi

as_root=
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo "Missing:$missing. Please install them as root: apt-get install$missing" >&2
    exit 1
  fi
  as_root=sudo
fi

echo "Installing Debian packages:$missing"
export DEBIAN_FRONTEND=noninteractive
$as_root apt-get update -qq
# Word splitting makes the names arguments.
# shellcheck disable=SC2086
$as_root apt-get install -y -qq --no-install-recommends $missing >/dev/null
