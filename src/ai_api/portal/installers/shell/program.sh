# The client itself, where it is missing: one release that was looked at, whose bytes are compared with what they were then.

platform() {
    case $(uname -s) in
        Linux) system=linux ;;
        Darwin) system=darwin ;;
        *) system=$(uname -s) ;;
    esac
    case $(uname -m) in
        x86_64 | amd64) machine=x64 ;;
        arm64 | aarch64) machine=arm64 ;;
        *) machine=$(uname -m) ;;
    esac
    printf '%s-%s%s\n' "$system" "$machine" "$(musl "$system")"
}

musl() {
    [ "$1" = linux ] || return 0
    for each in /lib/ld-musl-*; do if [ -e "$each" ]; then printf '%s\n' -musl; fi; done | head -n 1
}

sha512_of() {
    if command -v sha512sum >/dev/null 2>&1; then
        sha512sum "$1" | cut -d ' ' -f 1
    elif command -v shasum >/dev/null 2>&1; then
        shasum -a 512 "$1" | cut -d ' ' -f 1
    else
        openssl dgst -sha512 -r "$1" | cut -d ' ' -f 1
    fi
}

# PROGRAM is the client to run; empty where there is none.
find_program() {
    PROGRAM=$(command -v "$PROGRAM_NAME" 2>/dev/null) || PROGRAM=''
    if [ -z "$PROGRAM" ] && [ -x "$HOME/.local/bin/$PROGRAM_NAME" ]; then PROGRAM=$HOME/.local/bin/$PROGRAM_NAME; fi
}

# Whether there is one, or could be, before anybody is asked for anything.
look_for_program() {
    if [ -n "$PROGRAM" ]; then return 0; fi
    if [ -n "$NO_PROGRAM" ]; then
        note "$CLIENT_TITLE is not installed. The configuration is written all the same."
        return 0
    fi
    pin "$(platform)"
    [ -n "$PIN_FILE" ] || die "$CLIENT_TITLE is not installed, and this installer knows no release of it for $(platform). Install it, or give --no-program. Nothing was changed."
    if [ -n "$PIN_NODE" ]; then need_node; fi
}

have_program() {
    if [ -n "$PROGRAM" ] || [ -n "$NO_PROGRAM" ]; then return 0; fi
    fetch_program
}

need_node() {
    major=$(node --version 2>/dev/null | sed -n 's/^v\([0-9]*\)\..*/\1/p')
    [ "${major:-0}" -ge "$PIN_NODE" ] || die "$CLIENT_TITLE needs Node $PIN_NODE or newer: https://nodejs.org. Nothing was changed."
}

fetch_program() {
    say "Downloading $CLIENT_TITLE $PIN_VERSION from $NPM_REGISTRY"
    download "$NPM_REGISTRY/$PIN_FILE" "$WORK/program.tgz" || die "$CLIENT_TITLE cannot be downloaded from $NPM_REGISTRY. Your configuration was not changed."
    [ "$(sha512_of "$WORK/program.tgz")" = "$PIN_SHA512" ] ||
        die "what came from $NPM_REGISTRY is not $CLIENT_TITLE $PIN_VERSION as it was tested: its checksum is another. It was thrown away, and your configuration was not changed."
    mkdir -p "$KEPT" "$HOME/.local/bin"
    rm -rf "$KEPT/program.new" "$KEPT/program"
    mkdir "$KEPT/program.new"
    tar -xzf "$WORK/program.tgz" -C "$KEPT/program.new" || die "$WORK/program.tgz cannot be unpacked. Your configuration was not changed."
    [ -f "$KEPT/program.new/$PIN_PROGRAM" ] || die "there is no $PIN_PROGRAM in what was downloaded. Your configuration was not changed."
    chmod 700 "$KEPT/program.new/$PIN_PROGRAM"
    mv "$KEPT/program.new" "$KEPT/program"
    PROGRAM=$HOME/.local/bin/$PROGRAM_NAME
    rm -f "$PROGRAM"
    ln -s "$KEPT/program/$PIN_PROGRAM" "$PROGRAM"
    say "$CLIENT_TITLE $PIN_VERSION is now $PROGRAM"
    case :$PATH: in
        *":$HOME/.local/bin:"*) ;;
        *) note "Add $HOME/.local/bin to your PATH: your shell does not look there." ;;
    esac
}

forget_program() {
    [ -d "$KEPT/program" ] || return 0
    link=$HOME/.local/bin/$PROGRAM_NAME
    case $(readlink "$link" 2>/dev/null) in
        "$KEPT/program/"*) rm -f "$link" ;;
    esac
    rm -rf "$KEPT/program"
    say "$CLIENT_TITLE itself, which this installer had downloaded, is gone again."
}
