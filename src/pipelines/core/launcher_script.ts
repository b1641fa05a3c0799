/** The script `showtime-run`. The file of that name at the top of the repository has the same text, and a test says so. */

/** The version of the agreement between the script and its caller. A launcher of a later one also does. */
export const LAUNCHER_PROTOCOL = 2;

/** The text of the script. */
export const LAUNCHER_SCRIPT = `#!/bin/sh
# showtime-run, protocol 2. Starts programs for \`showtime pipeline run\`, and ends each together with its children.
#
#     showtime-run GRACE_SECONDS PROGRAM [ARGUMENT...]
#
# The program gets a session of its own and empty standard input. Standard input of this script belongs to the runner: a
# line on it, or its end, ends the program. It also ends when the runner dies. Then the program's process group gets
# TERM, and KILL after the grace. A watcher does this; it closes standard input when no process of the group is left.
# Exit code: that of the program; 127 or 126 if the program cannot be started; 125 if this script fails.
#
# \`pipeline run\` itself makes the sessions, and one watcher serves all programs of a build:
#
#     showtime-run watch GRACE_SECONDS     prints "ready", reads "start GROUP" and "end GROUP", prints GROUP when it is gone
#     showtime-run wait PROGRAM [ARGUMENT...]     starts after a line on standard input, which says that it is watched

# This stands first, because every step comes here.
if [ "$1" = wait ] && [ $# -ge 2 ]; then
  read -r _ || exit 125
  shift
  exec "$@" </dev/null
fi

fail() {
  echo "showtime-run: $1" >&2
  exit 125
}

# Signals the group, or the program before it has a group. Not every shell takes "--" there.
hit() { kill "-$1" "-$group" || kill "-$1" "$group"; }

# Whether a process of the group is left. \`kill\` also finds dead ones until their parent waits for them.
is_left() {
  hit 0 || return 1
  [ -r /proc/self/stat ] || return 0
  for stat in /proc/[0-9]*/stat; do
    { read -r line <"$stat"; } 2>/dev/null || continue
    fields=\${line##*) } # state, parent, group
    after=\${fields#* * }
    case $fields in Z* | X*) continue ;; esac
    if [ "\${after%% *}" = "$group" ] || [ "\${line%% *}" = "$group" ]; then return 0; fi
  done
  return 1
}

# Reads the hundredths of a second since the machine started, if the system gives them.
uptime() { { read -r up _ </proc/uptime; } 2>/dev/null && up=\${up%.*}\${up#*.}; }

# Waits until the group has ended by TERM, for at most so many seconds, and ends what is left of it.
finish() {
  turns=$(($1 * 20))
  uptime && end=$((up + $1 * 100))
  while [ "$turns" -gt 0 ] && is_left; do
    # POSIX has no sleep for a part of a second.
    sleep 0.05 || { sleep 1 && turns=$((turns - 19)); }
    turns=$((turns - 1))
    # A turn takes longer on a busy machine.
    uptime && turns=$((end - up))
  done
  hit KILL || return 0
}

watch_one() {
  trap '' HUP INT QUIT TERM
  group=$1
  echo ready
  exec >/dev/null 2>&1
  read -r _
  hit TERM && finish "$2"
  exit 0
}

watch_all() {
  trap '' HUP INT QUIT TERM
  exec 2>/dev/null
  echo ready
  groups=''
  while read -r order group; do
    if [ "$order" = start ]; then
      groups="$groups $group "
      continue
    fi
    case $groups in *" $group "*) groups=\${groups%%" $group "*}\${groups#*" $group "} ;; esac
    # Most programs leave nothing behind. A child of a child is not this shell's to wait for.
    if hit TERM; then
      ({ finish "$1" && echo "$group"; } &)
    else
      echo "$group"
    fi
  done
  # The build has ended, or the runner is dead.
  for group in $groups; do
    if hit TERM; then (finish "$1" &) fi
  done
  exit 0
}

case $1 in
  watch) watch_all "$2" ;;
  watch-one) watch_one "$2" "$3" ;;
  '' | *[!0-9]* | 0?*) fail "usage: showtime-run GRACE_SECONDS PROGRAM [ARGUMENT...]" ;;
esac
[ $# -ge 2 ] || fail "usage: showtime-run GRACE_SECONDS PROGRAM [ARGUMENT...]"

# No variable is set before the program starts: it could be one of the program's.
if command -v setsid >/dev/null; then
  # setsid starts no second process, and this process becomes the program, if it leads no group.
  if kill -0 "-$$" 2>/dev/null; then
    /bin/sh "$0" "$@"
    exit
  fi
  exec 3<&0 </dev/null
  # The watcher is not a child of the program. It has a session of its own before the program starts.
  [ "$(setsid /bin/sh "$0" watch-one "$$" "$1" <&3 3<&- 2>/dev/null &)" = ready ] || fail "the watcher cannot be started"
  shift
  exec setsid -- "$@" 3<&-
fi

# Without setsid, as on macOS: bash gives background jobs groups of their own, also without a terminal.
if [ -z "$BASH_VERSION" ]; then
  command -v bash >/dev/null || fail "neither setsid nor bash is on PATH"
  exec bash --posix "$0" "$@"
fi
set -m
exec 3>&2 2>/dev/null
{
  # Reading from the terminal fails. It would stop the program otherwise.
  trap '' TTIN TTOU
  shift
  # shellcheck disable=SC3038 # only bash comes here
  exec -- "$@" </dev/null
} 2>&3 3>&- &
group=$!
trap '' HUP INT QUIT TERM
exec >/dev/null 3>&-
/bin/sh "$0" watch-one "$group" "$1" <&0 &
exec </dev/null
wait "$group"
`;

/** Returns the protocol of a script, or undefined if the text is another program. */
export function parseLauncherProtocol(text: string): number | undefined {
  const number = /^# showtime-run, protocol (\d{1,6})\./m.exec(text)?.[1];
  return number === undefined ? undefined : Number(number);
}
