# Gemini CLI has no place for an address but its environment, and a project's own .env hides what stands in ~/.gemini/.env. So
# nothing of the user's is edited: a command of another name sets the environment and starts it.

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
GOOGLE_GEMINI_BASE_URL='$GATEWAY_URL'
GEMINI_API_KEY=\$(cat "\$KEPT/key") || exit 1
GEMINI_MODEL=\${GEMINI_MODEL:-$MODEL}
GEMINI_CLI_SYSTEM_SETTINGS_PATH=\$KEPT/settings.json
export GOOGLE_GEMINI_BASE_URL GEMINI_API_KEY GEMINI_MODEL GEMINI_CLI_SYSTEM_SETTINGS_PATH
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
    printf '{"security": {"auth": {"selectedType": "gemini-api-key"}}}\n' >"$KEPT/settings.json"
    chmod 700 "$FILE"
}

read_catalog() { : >"$WORK/catalog"; }

fit_models() {
    serving chat >"$WORK/chats"
    { grep '^gemini/' "$WORK/chats" || :; } >"$WORK/first"
    { cat "$WORK/first" && grep -v '^gemini/' "$WORK/chats" || :; } >"$WORK/fitting"
}

check() { check_call "/v1beta/models/$MODEL:generateContent" '{"contents":[{"role":"user","parts":[{"text":"Say hello."}]}],"generationConfig":{"maxOutputTokens":64}}'; }

farewell() { say "Done. Try it:  $NAME -p \"Say hello\""; }
