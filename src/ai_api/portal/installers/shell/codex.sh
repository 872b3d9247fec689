# Codex: a provider of its own in config.toml, whose key Codex reads by `cat` from a file of this user alone.

CLIENT_TITLE=Codex
DEVICE_CLIENT=Codex
# Models of chats are translated for it: whatever the member may call is asked for.
DEVICE_SCOPE=''
PROGRAM_NAME=codex

locate() {
    NAME=config.toml
    FILE=${CODEX_HOME:-$HOME/.codex}/$NAME
    KEPT=${CODEX_HOME:-$HOME/.codex}/$PROVIDER_ID
    case $KEPT in
        *[\"\\]* | *"
"*) die "the folder $KEPT has a name that cannot be written into $NAME" ;;
        /*) ;;
        *) die "CODEX_HOME must be a whole path, and is $CODEX_HOME" ;;
    esac
}

# with_ours NEW: the file as it will be.
with_ours() {
    printf 'model = "%s"\nmodel_provider = "%s"\n' "$MODEL" "$PROVIDER_ID" >"$WORK/top"
    cat >"$WORK/table" <<END
[model_providers.$PROVIDER_ID]
name = "$PROVIDER_NAME"
base_url = "$GATEWAY_URL/v1"
wire_api = "responses"
[model_providers.$PROVIDER_ID.auth]
command = "cat"
args = ["$KEPT/key"]
END
    refused='' because=''
    toml merge "$FILE" >"$1" 2>"$WORK/trouble" || refused=yes
    because=$(tail -n 1 "$WORK/trouble")
    [ -z "$refused" ] || die "$FILE cannot be edited safely: $because. Nothing was changed. Change that, or add the provider yourself: $GATEWAY_URL/app/apps/codex"
    # What is left without ours has to be what there was without ours.
    toml strip "$FILE" >"$WORK/before"
    toml strip "$1" >"$WORK/after"
    cmp -s "$WORK/before" "$WORK/after" || die "$FILE cannot be edited so that it could be undone. Nothing was changed."
}

without_ours() { toml strip "$1"; }

is_empty() { ! [ -s "$1" ]; }

# The names that this release knows, the one it prefers first.
read_catalog() {
    : >"$WORK/catalog"
    [ -n "$PROGRAM" ] || return 0
    mkdir -p "$WORK/home"
    CODEX_HOME=$WORK/home "$PROGRAM" debug models --bundled </dev/null 2>/dev/null | tr ',' '\n' |
        sed -n 's/^.*"slug" *: *"\([A-Za-z0-9._-]*\)".*/\1/p' >"$WORK/catalog" || :
}

fit_models() { serving responses chat >"$WORK/fitting"; }

check() { check_call /v1/responses "{\"model\":\"$MODEL\",\"input\":\"Say hello.\",\"max_output_tokens\":64,\"store\":false}"; }

placed() { :; }

farewell() { say "Done. Try it:  codex exec \"Say hello\""; }
