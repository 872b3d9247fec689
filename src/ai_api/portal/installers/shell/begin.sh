# What every installer begins with: what it was asked for, how it speaks, and how it puts a file in place.

say() { printf '%s\n' "$*"; }

note() { printf '%s\n' "$*" >&2; }

die() {
    printf '%s: %s\n' "$PROVIDER_ID" "$*" >&2
    exit 1
}

usage() {
    cat <<END
Sets up $CLIENT_TITLE for $PROVIDER_NAME ($GATEWAY_URL).

    sh $SCRIPT [install | uninstall | restore] [options]

    install       gets a key by asking you to approve this machine in the portal, makes one call with it, and writes the
                  configuration; what you have configured otherwise stays (this is what happens when nothing is said)
    uninstall     takes out what this installer put in, and keeps what you changed since
    restore       puts your own file back as it was before, and removes ours if you had none

    --model NAME  the model to use (else one that you may call and $CLIENT_TITLE knows)
    --dry-run     says what would be done, and does nothing
    --no-check    makes no call at the end
    --no-program  does not download $CLIENT_TITLE where it is missing
    --help        this
END
}

read_arguments() {
    COMMAND=$DEFAULT_COMMAND
    DRY_RUN='' WANTED_MODEL='' NO_CHECK='' NO_PROGRAM=''
    while [ $# -gt 0 ]; do
        case $1 in
            install | uninstall | restore) COMMAND=$1 ;;
            --dry-run) DRY_RUN=yes ;;
            --no-check) NO_CHECK=yes ;;
            --no-program) NO_PROGRAM=yes ;;
            --model=?*) WANTED_MODEL=${1#--model=} ;;
            --model)
                [ $# -ge 2 ] || die "--model needs a name"
                WANTED_MODEL=$2
                shift
                ;;
            --help | -h)
                usage
                exit 0
                ;;
            *) die "there is no argument $1 (--help lists them)" ;;
        esac
        shift
    done
    case $WANTED_MODEL in
        *[!A-Za-z0-9._:/@+-]*) die "a model has no such name: $WANTED_MODEL" ;;
    esac
}

# A folder of this run alone. What is in it may be secret.
begin_work() {
    umask 077
    [ -n "${HOME:-}" ] && [ -d "$HOME" ] || die "HOME does not name a folder"
    WORK=$(mktemp -d "${TMPDIR:-/tmp}/install.XXXXXX") || die "no temporary folder can be made"
    trap 'rm -rf "$WORK"' EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
}

# Where a file really is: people keep their settings elsewhere and link to them.
resolved() {
    at=$1
    hops=0
    while [ -L "$at" ]; do
        hops=$((hops + 1))
        [ "$hops" -lt 20 ] || die "$1 is a link that leads nowhere"
        to=$(readlink "$at")
        case $to in
            /*) at=$to ;;
            *) at=$(dirname "$at")/$to ;;
        esac
    done
    printf '%s\n' "$at"
}

# put_file NEW TARGET: the target becomes NEW in one step; its mode and the link that leads to it stay.
put_file() {
    target=$(resolved "$2")
    mkdir -p "$(dirname "$target")"
    beside=$target.new-$$
    rm -f "$beside"
    if [ -f "$target" ]; then cp -p "$target" "$beside" || die "$(dirname "$target") cannot be written to"; fi
    if cat "$1" >"$beside" && mv -f "$beside" "$target"; then return 0; fi
    rm -f "$beside"
    die "$target cannot be written"
}
