# Gemini CLI has no place for an address but its environment, and a project's own .env hides what stands in ~/.gemini/.env. So
# nothing of the user's is edited: a command of another name starts it with that environment, and with a home of its own, whose
# settings are the user's but for the way of signing in. (It heeds no file of the system's below a folder that others may write to.)

CLIENT_TITLE='Gemini CLI'
DEVICE_CLIENT=Gemini-CLI
DEVICE_SCOPE=chat
PROGRAM_NAME=gemini

locate() {
    NAME=gemini-$PROVIDER_ID
    FILE=$HOME/.local/bin/$NAME
    KEPT=$HOME/.gemini/$PROVIDER_ID
    case $KEPT in
        *\'* | *"
"*) die "the folder $KEPT has a name that cannot be written into a script" ;;
    esac
}

with_ours() {
    cat >"$1" <<END
#!/bin/sh
# Gemini CLI by way of $PROVIDER_NAME. Written by its installer; \`uninstall\` takes it away.
KEPT='$KEPT'
# There, the user's own settings would be read as those of a project, and win.
if [ -f "\$HOME/.gemini/settings.json" ] && [ "\$(pwd -P)" = "\$(cd "\$HOME" && pwd -P)" ]; then
    echo "$NAME: start it in the folder of a project, not in your home" >&2
    exit 1
fi
GOOGLE_GEMINI_BASE_URL='$GATEWAY_URL'
GEMINI_API_KEY=\$(cat "\$KEPT/key") || exit 1
GEMINI_MODEL=\${GEMINI_MODEL:-$MODEL}
GEMINI_CLI_HOME=\$KEPT/home
export GOOGLE_GEMINI_BASE_URL GEMINI_API_KEY GEMINI_MODEL GEMINI_CLI_HOME
unset GOOGLE_API_KEY GOOGLE_GENAI_USE_VERTEXAI GOOGLE_GENAI_USE_GCA
exec '${PROGRAM:-$HOME/.local/bin/$PROGRAM_NAME}' "\$@"
END
}

# The whole command is ours; what had its name before is what is left.
without_ours() {
    had=$(original)
    if [ -n "$had" ]; then cat "$had"; fi
}

is_empty() { ! [ -s "$1" ]; }

placed() {
    chmod 700 "$FILE"
    home=$KEPT/home/.gemini
    mkdir -p "$home"
    if ! [ -f "$home/settings.json" ] && [ -s "$HOME/.gemini/settings.json" ]; then cp "$HOME/.gemini/settings.json" "$home/settings.json"; fi
    if ! [ -s "$home/settings.json" ]; then printf '{}\n' >"$home/settings.json"; fi
    if ! json set security/auth/selectedType '"gemini-api-key"' "$home/settings.json" >"$WORK/settings" 2>/dev/null; then
        note "Your settings of Gemini CLI cannot be read: $NAME starts without them."
        printf '{"security": {"auth": {"selectedType": "gemini-api-key"}}}\n' >"$WORK/settings"
    fi
    cat "$WORK/settings" >"$home/settings.json"
    if [ -f "$HOME/.gemini/GEMINI.md" ] && ! [ -e "$home/GEMINI.md" ]; then ln -s "$HOME/.gemini/GEMINI.md" "$home/GEMINI.md"; fi
}

read_catalog() { : >"$WORK/catalog"; }

fit_models() {
    serving chat >"$WORK/chats"
    { grep '^gemini/' "$WORK/chats" || :; } >"$WORK/first"
    { cat "$WORK/first" && grep -v '^gemini/' "$WORK/chats" || :; } >"$WORK/fitting"
}

check() { check_call "/v1beta/models/$MODEL:generateContent" '{"contents":[{"role":"user","parts":[{"text":"Say hello."}]}],"generationConfig":{"maxOutputTokens":64}}'; }

farewell() { say "Done. Try it:  $NAME -p \"Say hello\""; }
