# opencode: a provider of its own in opencode.json, whose key opencode reads from a file of this user alone.

CLIENT_TITLE=opencode
DEVICE_CLIENT=opencode
DEVICE_SCOPE=chat
PROGRAM_NAME=opencode
OURS="provider/$PROVIDER_ID model small_model"

locate() {
    folder=${XDG_CONFIG_HOME:-$HOME/.config}/opencode
    # Of several, the one that opencode heeds most.
    NAME=opencode.json
    if [ -f "$folder/opencode.jsonc" ]; then NAME=opencode.jsonc; fi
    FILE=$folder/$NAME
    KEPT=$folder/$PROVIDER_ID
    plain_folder
}

with_ours() {
    models=$(sed 's/.*/"&": {}/' "$WORK/fitting" | tr '\n' ',' | sed 's/,$//; s/,/, /g')
    edit_json "$1" \
        "provider/$PROVIDER_ID" "{
      \"npm\": \"@ai-sdk/openai-compatible\",
      \"name\": \"$PROVIDER_NAME\",
      \"options\": {\"baseURL\": \"$GATEWAY_URL/v1\", \"apiKey\": \"{file:$KEPT/key}\"},
      \"models\": {$models}
    }" \
        small_model "\"$PROVIDER_ID/$MODEL\"" \
        model "\"$PROVIDER_ID/$MODEL\""
}

read_catalog() { : >"$WORK/catalog"; }

fit_models() { serving chat >"$WORK/fitting"; }

check() { check_call /v1/chat/completions "{\"model\":\"$MODEL\",\"max_completion_tokens\":64,\"messages\":[{\"role\":\"user\",\"content\":\"Say hello.\"}]}"; }

placed() { :; }

farewell() { say "Done. Try it:  opencode run \"Say hello\""; }
