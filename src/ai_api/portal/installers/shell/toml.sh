# config.toml of Codex, edited by lines: what is not ours stays as it is, byte for byte. What we add are two blocks, each behind a
# line that says so; lines of the user's that say something else are turned into comments that can be turned back. Codex edits
# the file too, and moves comments about: so a block ends where its own keys end, not at a second mark.

# toml MODE FILE: `merge` (with ours from $WORK/top and $WORK/table, in place of older ones) or `strip` (without ours). Status 3:
# the file is not one that can be edited, and the last line on standard error says why.
toml() {
    : >>"$WORK/top"
    : >>"$WORK/table"
    { if [ -f "$2" ]; then cat "$2"; fi && printf '\n'; } |
        TOML_MODE=$1 TOML_ID=$PROVIDER_ID TOML_TOP=$WORK/top TOML_TABLE=$WORK/table LC_ALL=C awk '
    function fail(why) { print why >"/dev/stderr"; failed = 1; exit 3 }
    function keep(line) { kept[++lines] = line }
    # What a header names, as words with dots between, without quotes and blanks.
    function named(line) {
        sub(/^[ \t]*\[+/, "", line); sub(/\].*$/, "", line); gsub(/[ \t"]/, "", line); gsub(q, "", line)
        return line
    }
    # Follows strings and brackets over the ends of lines: a value may go on for many.
    function follow(line,    i, n, c, found) {
        n = length(line); i = 1
        while (i <= n) {
            c = substr(line, i, 1)
            if (open != "") {
                if (open == dq3 && c == "\\") { i += 2; continue }
                if (substr(line, i, 3) != open) { i++; continue }
                for (i += 3; substr(line, i, 1) == substr(open, 1, 1); i++) ;
                open = ""; continue
            }
            if (c == "#") return
            if (substr(line, i, 3) == dq3 || substr(line, i, 3) == q q q) { open = substr(line, i, 3); i += 3; continue }
            if (c == "\"") {
                for (i++; i <= n && (c = substr(line, i, 1)) != "\""; i++) if (c == "\\") i++
                if (i > n) fail("a string does not end")
            } else if (c == q) {
                found = index(substr(line, i + 1), q)
                if (!found) fail("a string does not end")
                i += found
            } else if (index("[{", c)) depth++
            else if (index("]}", c) && --depth < 0) fail("a bracket is closed that was not opened")
            i++
        }
    }
    # Ours, as it was written: nothing of it is kept.
    function is_ours(line) {
        if (substr(line, 1, length(mark)) == mark) { block = 1; if (index(line, no_end)) drop_end = lines + 1; return 1 }
        if (!block) return 0
        if (line ~ /^(model|model_provider|name|base_url|wire_api|command|args)[ \t]*=/) return 1
        if (line ~ /^\[/ && (named(line) == table || named(line) == table ".auth")) return 1
        block = 0
        return 0
    }
    function write_all(    i) { for (i = 1; i <= lines; i++) printf "%s%s", kept[i], i < lines ? "\n" : "" }
    # A line of the user, in a file without ours: kept, or made a comment because ours says something else.
    function merge(line,    starts, key) {
        starts = open == "" && depth == 0
        if (starts && line ~ /^[ \t]*\[/) { here = named(line); is_header = 1 } else is_header = 0
        key = line; sub(/[ \t]*=.*/, "", key); gsub(/[ \t"]/, "", key); gsub(q, "", key)
        if (starts && !is_header && line !~ /^[ \t\r]*(#|$)/) {
            if (here == "" && key ~ /^model_providers($|\.)/) fail("model_providers is written as one value")
            if (here == "model_providers" && (key == id || index(key, id ".") == 1)) fail("the provider " id " is written as one value")
            replaced = here == "" && (key == "model" || key == "model_provider")
        } else if (starts) replaced = 0
        follow(line)
        if (replaced && (open != "" || depth > 0)) fail(key " goes on for more than one line")
        if (here == table || index(here, table ".") == 1) return comment line
        return replaced ? comment line : line
    }
    BEGIN {
        q = sprintf("%c", 39); dq3 = "\"\"\""; id = ENVIRON["TOML_ID"]; table = "model_providers." id
        mark = "# >>> " id ": written by its installer"; no_end = "(nothing ended the line before)"; comment = "#" id "# "
    }
    { sub(/^\357\273\277/, "", $0) && NR == 1 && fail("it begins with a byte order mark") }
    { if (is_ours($0)) next }
    { if (substr($0, 1, length(comment)) == comment) keep(substr($0, length(comment) + 1)); else keep($0) }
    END {
        if (failed) exit 3
        # The line that ours began by ending.
        if (drop_end && drop_end == lines && kept[lines] == "") lines--
        if (ENVIRON["TOML_MODE"] == "strip") { write_all(); exit 0 }
        for (i = 1; i <= lines; i++) { kept[i] = merge(kept[i]); if (failed) exit 3 }
        if (open != "" || depth != 0) fail("a value does not end")
        print mark
        while ((getline line <ENVIRON["TOML_TOP"]) > 0) print line
        write_all()
        if (kept[lines] != "") printf "\n%s %s\n", mark, no_end
        else print mark
        while ((getline line <ENVIRON["TOML_TABLE"]) > 0) print line
    }'
}
