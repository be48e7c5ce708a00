#!/usr/bin/env bash
# Expected: in a JSON Schema `pattern`, `\d` and `\w` are ASCII, as in ECMA-262, whatever else the pattern holds.
# Version:  jsonschema-rs 0.60.3 (Python), default engine for patterns.
# Seen:     `^\d$` refuses an Arabic digit and `^\w$` refuses é; with a look-ahead or a back reference in the
#           same pattern, both accept them: `^(?=.)\d$`, `^(.)\1\d$`.
# Exit code 1 where that is no longer so.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet "jsonschema-rs==0.60.3"
"$folder/venv/bin/python" - <<'PYTHON'
import jsonschema_rs

ARABIC_THREE, E_ACUTE = "\u0663", "\u00e9"
SEEN = {
    (r"^\d$", ARABIC_THREE): False,
    (r"^(?=.)\d$", ARABIC_THREE): True,
    (r"^(.)\1\d$", "aa" + ARABIC_THREE): True,
    (r"^\w$", E_ACUTE): False,
    (r"^(?=.)\w$", E_ACUTE): True,
}
found = {case: jsonschema_rs.Draft202012Validator({"pattern": case[0]}).is_valid(case[1]) for case in SEEN}
for (pattern, text), is_valid in found.items():
    print(f"{pattern:14} {text!a:12} {'accepted' if is_valid else 'refused'}")
raise SystemExit(found != SEEN)
PYTHON
