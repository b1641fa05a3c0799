#!/usr/bin/env bash
# Runs an executable through what needs no Docker, no cloud and no network but this machine's: its texts, and the life
# of an environment on the built-in simulator, where nothing is built. The first thing that is wrong ends it.
set -euo pipefail

program="$(cd "$(dirname "$1")" && pwd)/$(basename "$1")"
work=$(mktemp -d)
simulator=
cd "$work"

finish() {
  if [ -n "$simulator" ]; then kill "$simulator" 2>/dev/null || true; fi
  cd /
  rm -rf "$work" || true
}
trap finish EXIT

# Runs the program, shows what it prints, and looks for a text in it.
expect() {
  local text=$1
  shift
  echo "+ showtime $*"
  "$program" "$@" | tee output.txt
  if ! grep -qF -- "$text" output.txt; then
    echo "showtime $*: it does not print \"$text\"" >&2
    exit 1
  fi
}

expect "binary" version --json
expect "Usage: showtime" --help
for shell in bash zsh fish powershell; do
  echo "+ showtime completions $shell"
  "$program" completions "$shell" >"completions.$shell"
  grep -q showtime "completions.$shell"
done

# Windows starts no shell script. Everywhere else the launcher of steps works with the tools of the system.
expect "showtime-run, protocol" pipeline launcher
if [[ $program != *.exe ]]; then
  "$program" pipeline launcher >showtime-run
  chmod +x showtime-run
  code=0
  sleep 2 | ./showtime-run 1 sh -c 'sleep 60 & exit 7' || code=$?
  if [ "$code" -ne 7 ]; then
    echo "showtime-run: it exits with $code, and the program with 7" >&2
    exit 1
  fi
fi

"$program" simulate --port 0 --json >simulator.json &
simulator=$!
for _ in $(seq 150); do
  if grep -q '"graphql"' simulator.json; then break; fi
  sleep 0.2
done
address=$(sed -n 's/.*"address": *"\([^"]*\)".*/\1/p' simulator.json)
if [ -z "$address" ]; then
  echo "showtime simulate: it prints no address" >&2
  exit 1
fi
export GITHUB_API_URL="$address" GITHUB_GRAPHQL_URL="$address/graphql" GITHUB_REPOSITORY=apache/superset
unset GITHUB_ACTIONS GITHUB_OUTPUT GITHUB_STEP_SUMMARY

dry=(--platform docker --dry-run-docker)
expect "no_action" sync 1234 "${dry[@]}" --dry-run --json
expect "running" start 1234 "${dry[@]}" --json
expect "running" status 1234 "${dry[@]}" --json
expect "1234" list "${dry[@]}" --json
expect "destroy_environment" stop 1234 "${dry[@]}" --force --json
echo "it works: $program"
