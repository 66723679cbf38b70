#!/bin/sh
# Installs the embedded recogniser, unless another engine is configured. Without it the server still starts.
set -eu

# The value of a variable: from the environment, else from .env.
setting() {
  eval "value=\${$1:-}"
  if [ -z "$value" ] && [ -f .env ]; then
    value=$(sed -n "s/^[[:space:]]*\(export[[:space:]]\+\)\?$1[[:space:]]*=[[:space:]]*//p" .env | tail -n 1 | tr -d "\"'\r")
  fi
  printf '%s' "$value"
}

engine=$(setting ENGINE | tr '[:upper:]' '[:lower:]')
case "${engine:-auto}" in
  auto) [ -z "$(setting OPENAI_API_KEY)" ] || exit 0 ;;
  pocketsphinx) ;;
  *) exit 0 ;;
esac

"$(dirname "$0")/install-packages.sh" libpocketsphinx3 pocketsphinx-en-us ||
  echo 'The embedded recogniser could not be installed; the page says what to do.' >&2
