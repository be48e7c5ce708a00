#!/usr/bin/env bash
# Expected: `case.validate_response(response, checks=[not_a_server_error])` looks at the response that it is given;
#           who counts requests counts those of `case.call()`.
# Version:  schemathesis 4.32.5.
# Seen:     where the case is a probe of the content type (`text/plain` for a JSON body, multipart without a boundary)
#           and the response is a 5xx, the check sends the request once more, with the declared content type.
# Exit code 1 where that is no longer so.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet "schemathesis==4.32.5" "pytest==9.0.2"
cat >"$folder/test_probe.py" <<'PYTHON'
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup

requests = []


class Failing(BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        requests.append(self.headers.get("Content-Type"))
        self.send_response(500)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = do_TRACE = do_HEAD = do_POST

    def log_message(self, *arguments):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Failing)
threading.Thread(target=server.serve_forever, daemon=True).start()
body = {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}}
operation = {"requestBody": body, "responses": {"200": {"description": "ok"}}}
schema = schemathesis.openapi.from_dict(
    {"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": {"/things": {"post": operation}}}
)
schema.config.update(base_url=f"http://127.0.0.1:{server.server_port}")
sent_by_check = {}


@schema.parametrize()
@settings(phases=[Phase.explicit], deadline=None, suppress_health_check=list(HealthCheck))
def test_the_check_looks_at_the_response(case):
    response = case.call()
    called = len(requests)
    try:
        case.validate_response(response, checks=[not_a_server_error])
    except FailureGroup:
        pass
    kind = str(response.request.headers.get("Content-Type"))
    sent_by_check[kind] = max(sent_by_check.get(kind, 0), len(requests) - called)


def test_what_was_seen():
    print(sent_by_check)
    assert sent_by_check["text/plain"] == 1
    assert sent_by_check["multipart/form-data"] == 1
    assert sent_by_check["application/json"] == 0
PYTHON
cd "$folder"
"$folder/venv/bin/python" -m pytest -q -s -p no:cacheprovider test_probe.py
