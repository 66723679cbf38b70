#!/bin/sh
# Stops with one clear sentence where Node is missing or too old.
set -eu

least='20.19'
if ! command -v node >/dev/null; then
  echo "live-transcribe needs Node.js $least or newer, and npm; neither is on this machine's PATH." >&2
  exit 1
fi
if ! node -e 'const [major, minor] = process.versions.node.split(".").map(Number); process.exit(major > 20 || (major === 20 && minor >= 19) ? 0 : 1)'; then
  echo "live-transcribe needs Node.js $least or newer; this is $(node --version)." >&2
  exit 1
fi
