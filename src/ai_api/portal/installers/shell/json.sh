# JSON, read and edited in its place: every byte that is not asked to change stays. Comments are read over. What is not JSON, or
# says the same key twice, is refused (status 3).

# json MODE PATH VALUE FILE: MODE is `get` (the value at PATH, of a string what it says), `raw` (the same
# as it is written), `leaves` (PATH, tab, value as it is written, for each value that
# holds no others), `set` (the document with VALUE, which is JSON, at PATH) or `del` (without what is at PATH). The parts of a PATH
# have slashes between.
json() {
    { cat "$4" && printf '\n'; } | JSON_MODE=$1 JSON_PATH=$2 JSON_VALUE=$3 LC_ALL=C awk '
    function fail(why) { print "not JSON that can be edited: " why >"/dev/stderr"; failed = 1; exit 3 }
    function at(place) { return substr(text, place, 1) }
    function skip(    found) {
        while (pos <= size) {
            if (index(" \t\r\n", at(pos))) pos++
            else if (substr(text, pos, 2) == "//") { while (pos <= size && at(pos) != "\n") pos++ }
            else if (substr(text, pos, 2) == "/*") {
                found = index(substr(text, pos + 2), "*/")
                if (!found) fail("a comment does not end")
                pos += found + 3
            } else return
        }
    }
    function string(    start, c) {
        start = pos++
        while ((c = at(pos)) != "\"") {
            if (c == "" || c == "\n") fail("a string does not end")
            pos += c == "\\" ? 2 : 1
        }
        pos++
        return substr(text, start + 1, pos - start - 2)
    }
    function object(path,    child, key, start) {
        pos++; inside[path] = pos; kind[path] = "object"; skip()
        if (at(pos) == "}") { pos++; return }
        while (1) {
            skip()
            if (at(pos) != "\"") fail("a key is missing")
            start = pos; key = string(); child = path == "" ? key : path SEP key
            if (child in from) fail("the key " key " is there twice")
            key_from[child] = start; members[path]++; skip()
            if (at(pos) != ":") fail("a colon is missing")
            pos++; value(child); skip()
            if (at(pos) == ",") pos++
            else if (at(pos) == "}") { pos++; return }
            else fail("a comma is missing")
        }
    }
    function array(path,    number) {
        pos++; kind[path] = "array"; number = 0; skip()
        if (at(pos) == "]") { pos++; return }
        while (1) {
            value(path SEP number++); skip()
            if (at(pos) == ",") pos++
            else if (at(pos) == "]") { pos++; return }
            else fail("a comma is missing")
        }
    }
    function value(path,    start, c, word) {
        skip(); start = pos; c = at(pos); from[path] = start
        if (c == "{") object(path)
        else if (c == "[") array(path)
        else {
            if (c == "\"") string()
            else {
                while (pos <= size && index("+-.0123456789Eaeflnrstu", at(pos))) pos++
                word = substr(text, start, pos - start)
                if (word !~ /^(true|false|null|-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?)$/) fail("there is no value " word)
            }
            leaves[++leaf_count] = path
        }
        to[path] = pos
    }
    function plain(raw) {
        if (raw !~ /^"/) return raw
        raw = substr(raw, 2, length(raw) - 2)
        gsub(/\\\//, "/", raw); gsub(/\\"/, "\"", raw); gsub(/\\\\/, "\\", raw)
        return raw
    }
    function padded(depth,    pad) { while (depth-- > 0) pad = pad "  "; return pad }
    function changed(path, new,    parts, count, known, parent, child, depth) {
        if (path in from) return substr(text, 1, from[path] - 1) new substr(text, to[path])
        count = split(path, parts, SEP); parent = ""
        for (known = 0; known < count; known++) {
            child = parent == "" ? parts[known + 1] : parent SEP parts[known + 1]
            if (!(child in from)) break
            parent = child
        }
        if (kind[parent] != "object") fail("what should hold " parts[known + 1] " holds nothing")
        for (depth = count; depth > known + 1; depth--)
            new = "{\n" padded(depth) "\"" parts[depth] "\": " new "\n" padded(depth - 1) "}"
        new = "\n" padded(known + 1) "\"" parts[known + 1] "\": " new (members[parent] ? "," : "\n" padded(known))
        return substr(text, 1, inside[parent] - 1) new substr(text, inside[parent])
    }
    function without(path,    start, end) {
        if (!(path in key_from)) return text
        start = key_from[path]
        while (index(" \t\r\n", at(start - 1))) start--
        pos = to[path]; skip(); end = to[path]
        if (at(pos) == ",") end = pos + 1
        else if (at(start - 1) == ",") start--
        else if (at(start - 1) == "{") end = pos
        return substr(text, 1, start - 1) substr(text, end)
    }
    { text = NR == 1 ? $0 : text "\n" $0 }
    END {
        SEP = "\037"; size = length(text); pos = 1
        gsub("/", SEP, ENVIRON["JSON_PATH"]); path = ENVIRON["JSON_PATH"]; mode = ENVIRON["JSON_MODE"]
        value(""); if (failed) exit 3
        skip(); if (pos <= size) fail("there is more after its end")
        if (failed) exit 3
        if (mode == "get" || mode == "raw") {
            if (!(path in from)) exit 1
            found = substr(text, from[path], to[path] - from[path])
            print mode == "get" ? plain(found) : found
        } else if (mode == "leaves") {
            for (i = 1; i <= leaf_count; i++) {
                shown = leaves[i]; gsub(SEP, "/", shown)
                print shown "\t" substr(text, from[leaves[i]], to[leaves[i]] - from[leaves[i]])
            }
        } else printf "%s", mode == "set" ? changed(path, ENVIRON["JSON_VALUE"]) : without(path)
    }'
}

json_get() { json get "$1" '' "$2"; }
