# Asking the gateway. Secrets go by a file that only this user reads, never by an argument that everybody can list.

find_fetcher() {
    if command -v curl >/dev/null 2>&1; then
        FETCHER=curl
    elif wget --version 2>/dev/null | grep -q 'GNU Wget'; then
        FETCHER=wget
    else
        die "curl or GNU wget is needed to reach $GATEWAY_URL. Nothing was changed."
    fi
}

# ask METHOD PATH MEDIA_TYPE BODY: the answer's status in STATUS ("000" where there is none), its body in $WORK/answer.
# KEY, where it is set, goes along.
ask() {
    : >"$WORK/answer"
    : >"$WORK/headers"
    printf '%s' "$4" >"$WORK/body"
    if [ "$FETCHER" = curl ]; then ask_by_curl "$@"; else ask_by_wget "$@"; fi
    rm -f "$WORK/options"
}

ask_by_curl() {
    {
        printf 'url = "%s%s"\nrequest = "%s"\n' "$GATEWAY_URL" "$2" "$1"
        printf 'output = "%s"\nwrite-out = "%%{http_code}"\n' "$WORK/answer"
        printf 'silent\nshow-error\nconnect-timeout = 15\nmax-time = 180\n'
        printf 'user-agent = "%s"\n' "$SCRIPT"
        if [ -n "$KEY" ]; then printf 'header = "Authorization: Bearer %s"\n' "$KEY"; fi
        if [ "$1" = POST ]; then printf 'header = "Content-Type: %s"\ndata-binary = "@%s"\n' "$3" "$WORK/body"; fi
    } >"$WORK/options"
    STATUS=$(curl --config "$WORK/options" </dev/null 2>"$WORK/trouble") || STATUS=000
}

ask_by_wget() {
    {
        printf 'timeout = 180\nconnect_timeout = 15\ntries = 1\nuser_agent = %s\n' "$SCRIPT"
        if [ -n "$KEY" ]; then printf 'header = Authorization: Bearer %s\n' "$KEY"; fi
        if [ "$1" = POST ]; then printf 'header = Content-Type: %s\n' "$3"; fi
    } >"$WORK/options"
    set -- "$1" "$GATEWAY_URL$2"
    if [ "$1" = POST ]; then
        wget --config="$WORK/options" --content-on-error --server-response --output-document="$WORK/answer" \
            --method=POST --body-file="$WORK/body" "$2" </dev/null 2>"$WORK/headers" || :
    else
        wget --config="$WORK/options" --content-on-error --server-response --output-document="$WORK/answer" \
            "$2" </dev/null 2>"$WORK/headers" || :
    fi
    STATUS=$(sed -n 's/^ *HTTP\/[0-9.]* \([0-9][0-9][0-9]\).*/\1/p' "$WORK/headers" | tail -n 1)
    STATUS=${STATUS:-000}
}

# download URL FILE: whatever comes; who calls has to look whether it is what was wanted.
download() {
    if [ "$FETCHER" = curl ]; then
        curl --silent --show-error --fail --location --connect-timeout 15 --output "$2" "$1" </dev/null
    else
        wget --quiet --tries=2 --timeout=60 --output-document="$2" "$1" </dev/null
    fi
}

# What the gateway said of a refusal, in its own words.
said() {
    for place in error/message error_description detail error; do
        words=$(json_get "$place" "$WORK/answer" 2>/dev/null) || words=''
        case $words in
            '' | '{'*) ;;
            *)
                printf '%s\n' "$words"
                return 0
                ;;
        esac
    done
    printf 'it answered with status %s\n' "$STATUS"
}

reach_gateway() {
    KEY=''
    ask GET /healthz '' ''
    [ "$STATUS" = 200 ] || die "$GATEWAY_URL does not answer (status $STATUS). Are you on the right network? Nothing was changed."
}
