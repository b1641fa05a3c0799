"""Records the requests that cicdstatemgr 1.2.4 sends for event_cases.json, into original_requests.json.

    python3 -m venv venv && venv/bin/pip install cicdstatemgr==1.2.4
    venv/bin/python tests/contract/contexts/record_original.py

Each case runs in a fresh directory against a server of its own on a free port. Its address is recorded as {SERVER}.
"""

import http.server
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import threading

import yaml

HERE = pathlib.Path(__file__).parent
# These say how the request was carried, not what it is.
CARRIER = {"host", "user-agent", "accept-encoding", "content-length", "connection"}
ANSWER = {"ok": True, "ts": "171.22", "channel": "C1", "message": {"text": "seen"}, "list": [1, "two"]}


def main():
    given = json.loads((HERE / "event_cases.json").read_text())
    recorded = [record(given, case) for case in given["cases"]]
    # The tree of `--init-new` is the same each time.
    trees = {case.pop("treeBefore") for case in recorded}
    [tree] = trees
    document = {"tool": "cicdstatemgr 1.2.4", "answer": ANSWER, "tree": tree, "cases": recorded}
    text = json.dumps(document, indent=2)
    (HERE / "original_requests.json").write_text(text + "\n")


def record(given, case):
    requests = []
    server = serve(requests)
    origin = f"http://127.0.0.1:{server.server_address[1]}"
    with tempfile.TemporaryDirectory() as folder:
        for name in ["config", "secrets"]:
            write(folder, f"{name}.yaml", {"cicdstatemgr": given[name]}, origin)
        write(folder, "app.yaml", given["app"], origin)
        run(folder, ["--init-new", "id-1", "--init-app-config-file", "app.yaml", "--init-cicd-context-name", "stage",
                     "--set", "state.word=value1", "--set", f"state.server={origin}"])
        before = pathlib.Path(folder, "data/d.json").read_text()
        variables = [part for each in case.get("vars", []) for part in ["--tmpl-ctx-var", each]]
        code = run(folder, ["--id", "id-1", "--handle-event", f"build={case['event']}", *variables])
        after = pathlib.Path(folder, "data/d.json").read_text()
    server.shutdown()
    hide = lambda text: text.replace(origin, "{SERVER}")
    return {
        **case,
        "exitCode": code,
        # Texts, so that the order of keys and the kind of numbers survive.
        "treeBefore": hide(before),
        "stateAfter": hide(json.dumps(json.loads(after)["state"])),
        "requests": [{**each, "body": hide(each["body"])} for each in requests],
    }


def write(folder, name, value, origin):
    text = yaml.dump(value, sort_keys=False, allow_unicode=True).replace("{SERVER}", origin)
    pathlib.Path(folder, name).write_text(text)


def run(folder, arguments):
    command = [sys.executable, "-m", "cicdstatemgr", "--config", "config.yaml", "--secrets", "secrets.yaml", *arguments]
    environment = {"PATH": os.environ["PATH"], "NO_PROXY": "127.0.0.1"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    if done.returncode != 0:
        sys.stderr.write(done.stderr[-2000:])
    return done.returncode


def serve(requests):
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"])).decode("utf-8")
            headers = {name.lower(): value for name, value in self.headers.items() if name.lower() not in CARRIER}
            requests.append({"method": self.command, "path": self.path, "headers": headers, "body": body})
            answer = json.dumps(ANSWER).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


main()
