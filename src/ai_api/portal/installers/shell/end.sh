# The order of things. Nothing of the user's is written before a key was given, a model was found and a call was answered.

install_client() {
    read_state
    find_program
    MODEL=${WANTED_MODEL:-the-model-that-is-chosen}
    : >"$WORK/fitting"
    # Whether it can be done at all, before anybody is asked for anything.
    with_ours "$WORK/ours"
    if [ -n "$DRY_RUN" ]; then
        tell_plan
        return 0
    fi
    find_fetcher
    reach_gateway
    look_for_program
    have_key
    have_program
    ask_models
    fit_models
    read_catalog
    choose_model
    check
    with_ours "$WORK/ours"
    if [ "$PHASE" = installed ] && cmp -s "$WORK/ours" "$FILE"; then
        say "$FILE is as it should be."
    else
        put_in_place "$WORK/ours"
        say "$FILE now leads to $PROVIDER_NAME, with $MODEL."
        before=$(original)
        if [ -n "$before" ]; then say "What you had is kept: $before"; fi
    fi
    farewell
}

tell_plan() {
    if [ -z "$PROGRAM" ] && [ -z "$NO_PROGRAM" ]; then say "Would download $CLIENT_TITLE, which is not installed."; fi
    if [ -s "$KEPT/key" ]; then
        say "Would use the key in $KEPT/key while it works."
    else
        say "Would ask you to approve this machine at $GATEWAY_URL/app/device, and keep the key in $KEPT/key"
    fi
    say "Would make one call, and then change $FILE like this:"
    if [ -f "$FILE" ]; then diff "$FILE" "$WORK/ours" || :; else cat "$WORK/ours"; fi
    say "Nothing was changed."
}

main() {
    read_arguments "$@"
    begin_work
    locate
    case $COMMAND in
        install) install_client ;;
        uninstall) uninstall ;;
        restore) restore ;;
    esac
}
