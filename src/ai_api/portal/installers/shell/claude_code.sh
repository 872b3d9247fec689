# Claude Code: the gateway's address and the model in settings.json, the key by its own apiKeyHelper.

CLIENT_TITLE='Claude Code'
DEVICE_CLIENT=Claude-Code
DEVICE_SCOPE=chat
PROGRAM_NAME=claude
OURS='env/ANTHROPIC_BASE_URL env/ANTHROPIC_DEFAULT_HAIKU_MODEL apiKeyHelper model'

locate() {
    NAME=settings.json
    FILE=${CLAUDE_CONFIG_DIR:-$HOME/.claude}/$NAME
    KEPT=${CLAUDE_CONFIG_DIR:-$HOME/.claude}/$PROVIDER_ID
    plain_folder
    for each in ANTHROPIC_API_KEY ANTHROPIC_AUTH_TOKEN ANTHROPIC_BASE_URL ANTHROPIC_MODEL; do
        if [ -n "$(eval "printf %s \"\${$each:-}\"")" ]; then
            note "$each is set in your environment, and Claude Code heeds it more than its settings: take it out of your profile."
        fi
    done
}

with_ours() {
    edit_json "$1" \
        env/ANTHROPIC_DEFAULT_HAIKU_MODEL "\"$MODEL\"" \
        env/ANTHROPIC_BASE_URL "\"$GATEWAY_URL\"" \
        apiKeyHelper "\"cat '$KEPT/key'\"" \
        model "\"$MODEL\""
}

# Nothing is known of the names it prefers; what Anthropic makes is what it was made for.
read_catalog() { : >"$WORK/catalog"; }

fit_models() {
    serving chat >"$WORK/chats"
    { grep '^anthropic/' "$WORK/chats" || :; } >"$WORK/first"
    { cat "$WORK/first" && grep -v '^anthropic/' "$WORK/chats" || :; } >"$WORK/fitting"
}

check() { check_call /v1/messages "{\"model\":\"$MODEL\",\"max_tokens\":64,\"messages\":[{\"role\":\"user\",\"content\":\"Say hello.\"}]}"; }

placed() { :; }

farewell() { say "Done. Try it:  claude -p \"Say hello\""; }
