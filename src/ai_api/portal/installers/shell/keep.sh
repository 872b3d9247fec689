# The user's own file, kept. Each time that we come to a file that is not ours, a copy of it is kept under a number of its own and
# never written again: original.1, original.2, … An empty file NAME.was-not-there says that there was none.
#
# FILE is the file we change, KEPT our folder beside it; KEPT/state says `installed N`, `restored N` or `uninstalled N`.

read_state() {
    PHASE=none ROUND=0
    [ -f "$KEPT/state" ] || return 0
    read -r PHASE ROUND <"$KEPT/state" || :
    case $PHASE/$ROUND in
        installed/[1-9]* | restored/[1-9]* | uninstalled/[1-9]*) ;;
        *) die "$KEPT/state says nothing that can be understood. What you had is in the folders $KEPT/original.*" ;;
    esac
}

write_state() {
    printf '%s %s\n' "$1" "$2" >"$KEPT/state.new" && mv -f "$KEPT/state.new" "$KEPT/state"
}

keep_original() {
    mkdir -p "$KEPT"
    if [ "$PHASE" = installed ]; then return 0; fi
    # Beyond any that are there, whatever became of the state.
    ROUND=1
    while [ -e "$KEPT/original.$ROUND" ]; do ROUND=$((ROUND + 1)); done
    rm -rf "$KEPT/original.new"
    mkdir "$KEPT/original.new"
    if [ -f "$FILE" ]; then
        cp -p "$FILE" "$KEPT/original.new/$NAME" || die "$FILE cannot be copied. Nothing was changed."
    else
        : >"$KEPT/original.new/$NAME.was-not-there"
    fi
    mv "$KEPT/original.new" "$KEPT/original.$ROUND"
    write_state installed "$ROUND"
    PHASE=installed
}

# What was there before we came: its path, or nothing where there was none.
original() {
    if [ -f "$KEPT/original.$ROUND/$NAME" ]; then printf '%s\n' "$KEPT/original.$ROUND/$NAME"; fi
}

# put_in_place NEW: our version of the file, the user's own one being kept.
put_in_place() {
    keep_original
    put_file "$1" "$FILE"
    placed
    cp "$1" "$KEPT/written.new" && mv -f "$KEPT/written.new" "$KEPT/written"
}

restore() {
    read_state
    if [ "$PHASE" != installed ]; then
        say "There is nothing to restore: $FILE is your own."
        forget_key
        return 0
    fi
    before=$(original)
    [ -n "$before" ] || [ -f "$KEPT/original.$ROUND/$NAME.was-not-there" ] ||
        die "what you had should be in $KEPT/original.$ROUND and is not there. Nothing was changed."
    if [ -n "$DRY_RUN" ]; then
        say "Would put $FILE back as it was${before:+ (from $before)}${before:-, which is: not there}."
        return 0
    fi
    if [ -f "$FILE" ] && ! cmp -s "$FILE" "$KEPT/written"; then
        count=1
        while [ -e "$FILE.before-restore.$count" ]; do count=$((count + 1)); done
        cp -p "$FILE" "$FILE.before-restore.$count"
        say "It was changed since it was installed: that version is now $FILE.before-restore.$count"
    fi
    if [ -n "$before" ]; then
        put_file "$before" "$FILE"
        say "$FILE is again as it was."
    else
        rm -f "$(resolved "$FILE")"
        say "$FILE was not there before, and is gone again."
    fi
    write_state restored "$ROUND"
    forget_key
}

uninstall() {
    read_state
    if [ "$PHASE" = installed ] && [ -f "$FILE" ]; then
        # shellcheck disable=SC2310  # said below
        without_ours "$FILE" >"$WORK/without" || die "$FILE is not as it can be edited. Nothing was changed; \`restore\` puts back what you had."
        if [ -n "$DRY_RUN" ]; then
            say "Would take this out of $FILE:"
            diff "$FILE" "$WORK/without" || :
            return 0
        fi
        if [ -z "$(original)" ] && is_empty "$WORK/without"; then
            rm -f "$(resolved "$FILE")"
        else
            put_file "$WORK/without" "$FILE"
        fi
        say "$FILE has nothing of $PROVIDER_NAME any more."
    else
        say "$FILE has nothing of $PROVIDER_NAME."
    fi
    if [ -n "$DRY_RUN" ]; then return 0; fi
    if [ "$PHASE" = installed ]; then write_state uninstalled "$ROUND"; fi
    forget_key
    forget_program
}

forget_key() {
    if [ -z "$DRY_RUN" ] && [ -f "$KEPT/key" ]; then
        rm -f "$KEPT/key"
        say "The key is gone from this machine. To end it everywhere, revoke it in the portal."
    fi
}
