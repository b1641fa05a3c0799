#!/bin/sh
# Installs Showtime: downloads the file for this system from a release, compares it with the release's checksums, and
# puts it into a folder. Nothing is installed that does not match.
#
#     sh install.sh [version]
#
# SHOWTIME_VERSION        the version, where no argument names one; the latest without both
# SHOWTIME_INSTALL        the folder; ~/.local/bin
# SHOWTIME_INSTALL_LAUNCHER=1  also installs showtime-run, with which `showtime pipeline run` starts steps
# SHOWTIME_SHA256         the checksum to compare with, in place of the one that lies beside the release
# SHOWTIME_DOWNLOAD_BASE  where releases are, for mirrors
set -eu

fail() {
  echo "install.sh: $1" >&2
  exit 1
}

# The release's name for this system: processor, system, and what programs are built against.
find_target() {
  system=$(uname -s)
  machine=$(uname -m)
  case $machine in
    x86_64 | amd64) machine=x86_64 ;;
    aarch64 | arm64) machine=aarch64 ;;
    *) fail "Finding the file: there is none for the processor $machine" ;;
  esac
  case $system in
    Linux)
      # shellcheck disable=SC2144 # one file is all there can be
      if [ -e "/lib/ld-musl-$machine.so.1" ] && ! [ -e /lib64/ld-linux-x86-64.so.2 ] &&
        ! [ -e /lib/ld-linux-aarch64.so.1 ]; then
        fail "Finding the file: this system has musl, and the program needs glibc"
      fi
      echo "$machine-unknown-linux-gnu"
      ;;
    Darwin)
      # A shell that is translated says so of the wrong processor.
      if [ "$(sysctl -n sysctl.proc_translated 2>/dev/null || echo 0)" = 1 ]; then machine=aarch64; fi
      echo "$machine-apple-darwin"
      ;;
    MINGW* | MSYS* | CYGWIN*)
      [ "$machine" = x86_64 ] || fail "Finding the file: there is none for Windows on $machine"
      echo "x86_64-pc-windows-msvc.exe"
      ;;
    *) fail "Finding the file: there is none for the system $system" ;;
  esac
}

download() {
  if command -v curl >/dev/null 2>&1; then
    curl --fail --silent --show-error --location --proto-redir =https --retry 2 --output "$2" "$1" ||
      fail "Downloading $1: it did not work"
  elif command -v wget >/dev/null 2>&1; then
    wget --quiet --output-document="$2" "$1" || fail "Downloading $1: it did not work"
  else
    fail "Downloading: neither curl nor wget is here"
  fi
}

# A path with a backslash, as Windows has, would be escaped in the answer, and the answer marked: it is not named.
sha256_of() {
  if command -v sha256sum >/dev/null 2>&1; then
    sha256sum <"$1" | cut -d ' ' -f 1
  elif command -v shasum >/dev/null 2>&1; then
    shasum -a 256 <"$1" | cut -d ' ' -f 1
  else
    fail "Comparing checksums: neither sha256sum nor shasum is here"
  fi
}

# All in a function, so that half a script that arrived does nothing.
main() {
  version=${1:-${SHOWTIME_VERSION:-}}
  version=${version#v}
  case $version in
    *[!0-9A-Za-z.+-]*) fail "Reading the version: \"$version\" is none; write it as in 1.2.3" ;;
  esac
  base=${SHOWTIME_DOWNLOAD_BASE:-https://github.com/showtime-previews/showtime/releases}
  folder=${SHOWTIME_INSTALL:-${HOME:?}/.local/bin}
  target=$(find_target)
  file=showtime-$target
  if [ -n "$version" ]; then from=$base/download/v$version; else from=$base/latest/download; fi

  mkdir -p "$folder"
  # Beside its place: moving it there is one step, whatever becomes of the download.
  work=$(mktemp -d "$folder/.showtime-XXXXXX")
  trap 'rm -rf "$work"' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM

  expected=${SHOWTIME_SHA256:-}
  if [ -z "$expected" ]; then
    download "$from/SHA256SUMS" "$work/SHA256SUMS"
    expected=$(awk -v file="$file" '$2 == file { print $1 }' "$work/SHA256SUMS")
    [ -n "$expected" ] || fail "Comparing checksums: $from/SHA256SUMS has none for $file"
  fi
  download "$from/$file" "$work/showtime"
  actual=$(sha256_of "$work/showtime")
  if [ "$actual" != "$expected" ]; then
    fail "Comparing checksums: $file has $actual, and $expected is expected; nothing was installed"
  fi

  chmod 755 "$work/showtime"
  name=showtime
  case $target in *.exe) name=showtime.exe ;; esac
  if [ "${SHOWTIME_INSTALL_LAUNCHER:-}" = 1 ]; then
    [ "$name" = showtime ] || fail "Installing showtime-run: Windows cannot run it; install Showtime in WSL"
    # The program was compared with its checksum, and has the script in itself.
    "$work/showtime" pipeline launcher >"$work/showtime-run" ||
      fail "Installing showtime-run: this version of Showtime does not print it; nothing was installed"
    chmod 755 "$work/showtime-run"
    mv -f "$work/showtime-run" "$folder/showtime-run"
    echo "Its launcher of steps is installed: $folder/showtime-run"
  fi
  mv -f "$work/showtime" "$folder/$name"
  echo "Showtime is installed: $folder/$name"
  case :$PATH: in
    *:"$folder":*) ;;
    *) echo "Next: add $folder to your PATH" ;;
  esac
}

main "$@"
