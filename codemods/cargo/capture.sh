#!/bin/sh
# RUSTC_WORKSPACE_WRAPPER: record what cargo asks of rustc for each target of the workspace.
#
# Called as `capture.sh RUSTC ARGUMENT...`. For each unit a folder $CODEMOD_CAPTURE/CRATE-HASH holds
#   argv, env   NUL-terminated, with the arguments added here     run, cwd   of this invocation
#   stderr      rustc's JSON                   status     its exit code (empty while it runs)
# Cargo does not say which of a library and its tests a message belongs to; these folders do, and they
# stay when cargo finds the unit fresh. A shell because starting Python costs 12 ms each time.
#
# CODEMOD_RUN         names this build: units whose `run` is another were fresh
# CODEMOD_RUSTC_ARGS  more arguments, one a line
# CODEMOD_LIMIT       a command to run rustc under: "timeout --foreground -k 5 300"
# CODEMOD_NEXT        the workspace wrapper that the user configured
# CODEMOD_SHOW        not empty: give the messages to cargo as well

crate= hash= metadata= previous= response=
for argument; do
    case $previous in
    --crate-name) crate=$argument ;;
    -C) case $argument in
        extra-filename=*) hash=${argument#extra-filename=} ;;
        metadata=*) metadata=-${argument#metadata=} ;;
        esac ;;
    esac
    case $argument in
    -Cextra-filename=*) hash=${argument#-Cextra-filename=} ;;
    -Cmetadata=*) metadata=-${argument#-Cmetadata=} ;;
    --crate-name=*) crate=${argument#--crate-name=} ;;
    @*) response=${argument#@} ;;
    esac
    previous=$argument
done

# Too long for a command line: cargo passes a file with one argument a line.
if [ -n "$response" ] && [ -f "$response" ] && [ -z "$crate" ]; then
    rustc=$1
    set -- "$rustc"
    while IFS= read -r argument || [ -n "$argument" ]; do set -- "$@" "$argument"; done <"$response"
    long=$response
    crate=$(sed -n '/^--crate-name$/{n;p;q;}' "$response")
    hash=$(sed -n 's/^extra-filename=//p' "$response")
    metadata=$(sed -n 's/^metadata=/-/p' "$response")
fi

capture=$CODEMOD_CAPTURE run=$CODEMOD_RUN more=$CODEMOD_RUSTC_ARGS limit=$CODEMOD_LIMIT next=$CODEMOD_NEXT
show=$CODEMOD_SHOW
unset CODEMOD_CAPTURE CODEMOD_RUN CODEMOD_RUSTC_ARGS CODEMOD_LIMIT CODEMOD_NEXT CODEMOD_SHOW

# Cargo asks for versions and cfg with the crate name `___`: not ours to record.
if [ -z "$crate" ] || [ "$crate" = ___ ] || [ -z "$capture" ]; then
    exec ${next:+"$next"} "$@"
fi

unit=$capture/$crate${hash:-$metadata}
[ -d "$unit" ] || mkdir -p "$unit" || exit 1
: >"$unit/status" || exit 1

old_ifs=$IFS
IFS='
'
set -f
set -- "$@" $more
IFS=$old_ifs
printf '%s' "$run" >"$unit/run"
pwd >"$unit/cwd"
printf '%s\0' "$@" >"$unit/argv"
env -0 >"$unit/env"

[ -n "$long" ] && set -- "$1" "@$long" $more
# $limit is split on purpose: it is a command with arguments.
$limit ${next:+"$next"} "$@" 2>"$unit/stderr"
status=$?
# Cargo would keep the messages and print them all again whenever the unit is fresh.
[ -n "$show" ] && cat "$unit/stderr" >&2
echo "$status" >"$unit/status"
exit "$status"
