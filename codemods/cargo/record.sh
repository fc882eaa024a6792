#!/bin/sh
# Stands in for the runner of test executables, and for rustdoc, while `cargo test` runs: what would
# be run is recorded, with the folder and environment that cargo gives it, and not run.
#
# Each call makes a folder in $CODEMOD_RECORD with argv and env (NUL-terminated strings) and cwd.
# $CODEMOD_RUSTDOC is the real rustdoc. Called by a name that begins with "rustdoc" it is rustdoc.

case ${0##*/} in
rustdoc*)
    kind=doc
    case " $* " in
    *" --test "*) set -- "$CODEMOD_RUSTDOC" "$@" ;;
    *) exec "$CODEMOD_RUSTDOC" "$@" ;;
    esac ;;
*) kind=run ;;
esac

folder=$CODEMOD_RECORD/$kind-$$
unset CODEMOD_RECORD CODEMOD_RUSTDOC
tries=xxxxxxxx # process ids come round again
until mkdir "$folder" 2>/dev/null; do
    [ -n "$tries" ] || exit 1
    tries=${tries#x} folder=${folder}x
done
printf '%s\0' "$@" >"$folder/argv" && pwd >"$folder/cwd" && env -0 >"$folder/env"
