#!/bin/sh
# Makes the virtual environment where there is none that works, and installs one list of requirements into it.
# usage: setup.sh <venv folder> <requirements file>
set -eu
venv=$1
wanted=$2

say() {
  printf '%s\n' "$*" >&2
  exit 1
}

recent_enough() {
  command -v "$1" >/dev/null 2>&1 && "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

if ! recent_enough "$venv/bin/python" || ! "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
  python=
  for candidate in python3 python3.11 python3.12 python3.13 python3.14 python; do
    if recent_enough "$candidate"; then
      python=$candidate
      break
    fi
  done
  [ -n "$python" ] || say "Python 3.11 or newer is needed. Get it from python.org, or: apt install python3 python3-venv"
  echo "Making the virtual environment $venv ..."
  "$python" -m venv --clear "$venv" >"${TMPDIR:-/tmp}/opplev-venv.$$" 2>&1 || {
    rm -rf "$venv" "${TMPDIR:-/tmp}/opplev-venv.$$"
    say "Python's venv module is not complete. On Debian: apt install python3-venv"
  }
  rm -f "${TMPDIR:-/tmp}/opplev-venv.$$"
fi

echo "Installing $wanted (the first time takes a minute) ..."
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --constraint infra/cloud/constraints.txt --requirement "$wanted" ||
  say "pip could not install $wanted; its own words are above."
