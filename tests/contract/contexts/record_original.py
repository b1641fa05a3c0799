"""Records the requests that cicdstatemgr 1.2.4 sends for event_cases.json, into original_requests.json, and the trees
that its assignments leave, into original_assignments.json.

    python3 -m venv venv && venv/bin/pip install cicdstatemgr==1.2.4
    venv/bin/python tests/contract/contexts/record_original.py

Each case runs in a fresh directory against a server of its own on a free port. Its address is recorded as {SERVER}.
"""

import copy
import http.server
import itertools
import json
import logging
import os
import pathlib
import subprocess
import sys
import tempfile
import threading

import yaml
from cicdstatemgr.cicdstatemgr import CicdStateMgr

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
    lines = ",\n".join(json.dumps(each) for each in assignments())
    (HERE / "original_assignments.json").write_text(f"[\n{lines}\n]\n")


def assignments():
    """Assigns each value at each place of a tree. `changed` has the keys at the top that changed; null: it gives up."""
    logging.disable(logging.CRITICAL)
    tree = {
        "text": "t", "empty": "", "null": None, "zero": 0, "float": 0.0, "no": False, "yes": True, "n": 5,
        "list": ["a", "b"], "none": [], "map": {"k": "v", "list": ["a"], "deep": {"x": 1}}, "void": {},
    }
    leaves = [*tree, "new", "map.k", "map.list", "map.deep", "map.deep.x", "map.new", "map.new.y", "new.x.y", "text.x", "no.x",
              "list.x", "list[0]", "null.x.y", "void.x", " map.k "]
    places = [leaf.rstrip() + suffix for leaf in leaves for suffix in ["", "[]", "{}"]]
    places += ["map[].x", "new[].x", "list[].x", "new{}.x[]", "", "map.", "none[]{}", "new[]{}"]
    manager = object.__new__(CicdStateMgr)
    for to, value in itertools.product(places, ["v", "a,c,a", "[]", " x "]):
        after = copy.deepcopy(tree)
        try:
            manager.set_value_in_dict_via_prop_path(after, to, value)
        except (Exception, SystemExit):
            after = None
        text = None if after is None else json.dumps({key: each for key, each in after.items() if differs(tree, key, each)})
        yield {"to": to, "value": value, "changed": text}
    yield {"to": None, "value": None, "changed": json.dumps(tree)}


def differs(tree, key, value):
    return key not in tree or json.dumps(tree[key]) != json.dumps(value)


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
