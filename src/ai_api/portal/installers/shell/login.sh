# A key for this machine (RFC 8628): the gateway shows a code, a member approves it in the portal, the key is collected once.

DEVICE_GRANT=urn:ietf:params:oauth:grant-type:device_code
FORM=application/x-www-form-urlencoded

# KEY is one that works: the one that is kept, or a new one. Nothing of an old one is lost while there is no new one.
have_key() {
    KEY=''
    if [ -s "$KEPT/key" ]; then
        KEY=$(cat "$KEPT/key")
        ask GET /v1/key '' ''
        case $STATUS in
            200)
                say "The key in $KEPT/key works."
                return 0
                ;;
            401 | 403) note "The key in $KEPT/key is not accepted any more ($(said))." ;;
            *) die "the key in $KEPT/key cannot be checked: $(said). Nothing was changed." ;;
        esac
        KEY=''
    fi
    begin_device
    await_approval
    mkdir -p "$KEPT"
    # Before anything else is done: it is delivered once.
    printf '%s\n' "$KEY" >"$KEPT/key.new"
    mv -f "$KEPT/key.new" "$KEPT/key"
}

begin_device() {
    machine=$(uname -n | tr -cd 'A-Za-z0-9._-' | cut -c1-60)
    ask POST /api/device/authorize "$FORM" "client_id=$DEVICE_CLIENT&device_name=${machine:-computer}${DEVICE_SCOPE:+&scope=$DEVICE_SCOPE}"
    [ "$STATUS" = 200 ] || die "no key can be asked for now: $(said). Nothing was changed."
    DEVICE_CODE=$(answered device_code 'A-Za-z0-9._~-')
    USER_CODE=$(answered user_code 'A-Za-z0-9-')
    PAGE=$(answered verification_uri 'A-Za-z0-9._~:/?#@!&=%[]-')
    EVERY_S=$(json_get interval "$WORK/answer") || EVERY_S=5
    LEFT_S=$(answered expires_in 0-9)
    case $EVERY_S in '' | *[!0-9]*) EVERY_S=5 ;; esac
    case $PAGE in
        http://?* | https://?*) ;;
        *) die "the gateway's answer does not say where to approve this machine. Nothing was changed." ;;
    esac
    say ''
    say "Approve this machine. Open   $PAGE"
    say "and enter the code           $USER_CODE"
    say ''
    say "Waiting for it …"
}

# answered NAME CHARACTERS: a field of the answer that has these characters alone.
answered() {
    found=$(json_get "$1" "$WORK/answer") || found=''
    if [ -z "$found" ] || [ -n "$(printf '%s' "$found" | tr -d "$2")" ]; then
        die "the gateway's answer has no $1 that can be used. Nothing was changed."
    fi
    printf '%s\n' "$found"
}

await_approval() {
    while :; do
        [ "$LEFT_S" -gt 0 ] || die "the code was not approved in time. Nothing was changed; run this again for a new one."
        sleep "$EVERY_S"
        LEFT_S=$((LEFT_S - EVERY_S))
        ask POST /api/device/token "$FORM" "grant_type=$DEVICE_GRANT&device_code=$DEVICE_CODE&client_id=$DEVICE_CLIENT"
        case $STATUS in
            200)
                KEY=$(answered access_token 'A-Za-z0-9._~-')
                return 0
                ;;
            400 | 401 | 403) heed "$(json_get error "$WORK/answer" 2>/dev/null)" ;;
            # The network, or the gateway, is away for a moment: the code is not used up.
            000 | 429 | 5??) LEFT_S=$((LEFT_S - 1)) ;;
            *) die "the key cannot be collected: $(said). Nothing was changed." ;;
        esac
    done
}

# What an answer without a key asks to be done.
heed() {
    case $1 in
        authorization_pending) ;;
        slow_down) EVERY_S=$((EVERY_S + 5)) ;;
        access_denied) die "it was denied in the portal. Nothing was changed." ;;
        expired_token) die "the code was not approved in time. Nothing was changed; run this again for a new one." ;;
        *) die "the key cannot be collected: $(said). Nothing was changed." ;;
    esac
}
