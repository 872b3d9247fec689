# Which model: one that this key may call, that the client works with, and by the name that the client knows it under.

# $WORK/models: a line for each model that may be called now: its name, then its operations, with tabs between.
ask_models() {
    ask GET /v1/models '' ''
    [ "$STATUS" = 200 ] || die "the models that may be called cannot be asked for: $(said). Your configuration was not changed."
    json leaves '' '' "$WORK/answer" | LC_ALL=C awk -F '\t' '
        { split($1, place, "/"); gsub(/"/, "", $2); gsub(/\\\//, "/", $2) }
        place[1] == "data" && place[3] == "id" && $2 ~ /^[A-Za-z0-9._:\/@+-]+$/ { name[place[2]] = $2; order[++count] = place[2] }
        place[1] == "data" && place[3] == "operations" { does[place[2]] = does[place[2]] "\t" $2 }
        END { for (i = 1; i <= count; i++) print name[order[i]] does[order[i]] }' >"$WORK/models"
}

# serving OPERATION…: the names of the models that have the first of these operations, then those that have the second one, …
serving() {
    for operation in "$@"; do
        LC_ALL=C awk -F '\t' -v wanted="$operation" '{ for (i = 2; i <= NF; i++) if ($i == wanted) print $1 }' "$WORK/models"
    done | LC_ALL=C awk '!seen[$0]++'
}

# choose_model: MODEL, of those in $WORK/fitting. One of the client's own catalog ($WORK/catalog, the best one first) goes by the
# short name that it has there, where the gateway knows one model of that name alone.
choose_model() {
    [ -s "$WORK/fitting" ] || die "you may call no model that works with $CLIENT_TITLE. Claim one in the portal ($GATEWAY_URL/app/), or ask your administrator, and run this again."
    MODEL=$(LC_ALL=C awk -v wanted="$WANTED_MODEL" '
        FILENAME == ARGV[1] { known[$0] = FNR; next }
        FILENAME == ARGV[2] { short = $1; sub(/^[^\/]*\//, "", short); twice[short]++; next }
        {
            short = $0; sub(/^[^\/]*\//, "", short)
            if (wanted != "" && wanted != $0 && (wanted != short || twice[short] > 1)) next
            rank = (short in known) && twice[short] == 1 ? known[short] : 1000000 + FNR
            if (!best || rank < best) { best = rank; name = rank < 1000000 ? short : $0 }
        }
        END { print name }' "$WORK/catalog" "$WORK/models" "$WORK/fitting")
    if [ -z "$MODEL" ]; then
        note "Those that you may use with $CLIENT_TITLE:"
        sed 's/^/    /' "$WORK/fitting" >&2
        die "$WANTED_MODEL is not one of them. Your configuration was not changed."
    fi
}

# check_call PATH BODY: one call with the key and the model; whatever it answers, the key is not lost.
check_call() {
    if [ -n "$NO_CHECK" ]; then return 0; fi
    ask POST "$1" application/json "$2"
    [ "$STATUS" = 200 ] || die "a call of $MODEL was refused: $(said). Your configuration was not changed. The key is kept: run this again when that is repaired, or with --no-check."
    say "A call of $MODEL was answered."
}
