# A client's JSON with our values in it. OURS are the paths of all that we set, with blanks between.

plain_folder() {
    case $KEPT in
        *[\"\'\\{}]* | *"
"*) die "the folder $KEPT has a name that cannot be written into $NAME" ;;
        /*) ;;
        *) die "the folder of $CLIENT_TITLE must be a whole path, and is $KEPT" ;;
    esac
}

refuse_json() {
    die "$FILE cannot be edited safely: $(sed -n 's/^not JSON that can be edited: //p' "$WORK/trouble" | tail -n 1). Nothing was changed."
}

# edit_json NEW PATH VALUE …: the file with these values, all else as it is; checked by reading both again.
edit_json() {
    new=$1
    shift
    if [ -s "$FILE" ]; then cat "$FILE" >"$new"; else printf '{}\n' >"$new"; fi
    others "$new" >"$WORK/before" 2>"$WORK/trouble" || refuse_json
    while [ $# -gt 0 ]; do
        json set "$1" "$2" "$new" >"$WORK/edited" 2>"$WORK/trouble" || refuse_json
        mv "$WORK/edited" "$new"
        shift 2
    done
    others "$new" >"$WORK/after" 2>"$WORK/trouble" || refuse_json
    cmp -s "$WORK/before" "$WORK/after" || die "$FILE cannot be edited without changing more than it should. Nothing was changed."
}

# others FILE: all values but ours. Status as that of `json`.
others() {
    json leaves '' '' "$1" >"$WORK/leaves" || return 3
    OTHERS_OURS=$OURS LC_ALL=C awk -F '\t' '
        BEGIN { count = split(ENVIRON["OTHERS_OURS"], ours, " ") }
        { for (i = 1; i <= count; i++) if ($1 == ours[i] || index($1, ours[i] "/") == 1) next; print }' "$WORK/leaves"
}

# Ours taken out: what the user had in its place is there again.
without_ours() {
    cat "$1" >"$WORK/less"
    had=$(original)
    for path in $OURS; do
        if [ -n "$had" ] && value=$(json raw "$path" '' "$had" 2>/dev/null); then
            json set "$path" "$value" "$WORK/less" >"$WORK/edited" || return 3
        else
            json del "$path" '' "$WORK/less" >"$WORK/edited" || return 3
        fi
        mv "$WORK/edited" "$WORK/less"
        parent=${path%/*}
        if [ "$parent" != "$path" ] && { [ -z "$had" ] || ! json raw "$parent" '' "$had" >/dev/null 2>&1; } &&
            [ "$(json raw "$parent" '' "$WORK/less" | tr -d ' \t\r\n')" = '{}' ]; then
            json del "$parent" '' "$WORK/less" >"$WORK/edited" || return 3
            mv "$WORK/edited" "$WORK/less"
        fi
    done
    cat "$WORK/less"
}

is_empty() { [ "$(tr -d ' \t\r\n' <"$1")" = '{}' ] || ! [ -s "$1" ]; }
