#!/usr/bin/env python3
"""lsp.py SERVER: drives the real yaml-language-server as an editor does, with the schema and the policies of this
repository. One line per check; exit code 1 if one fails. Uses only the standard library; no wait is longer than PATIENCE."""

import itertools
import json
import pathlib
import queue
import subprocess
import sys
import threading
import time

PATIENCE = 30
ROOT = pathlib.Path(__file__).resolve().parents[2]
SCHEMA = ROOT / "schemas/policy.schema.json"
HEAD = "name: A policy\nsettings:\n"


class Server:
    """A language server, and the messages that an editor sends to it."""

    def __init__(self, program, schemas):
        command = [program, "--stdio"]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.messages, self.answers, self.diagnostics, self.ids = queue.Queue(), {}, {}, itertools.count(1)
        self.texts = {}
        self.configuration = {
            "yaml": {"schemas": schemas, "validate": True, "hover": True, "completion": True, "schemaStore": {"enable": False}}
        }
        threading.Thread(target=self._read, daemon=True).start()
        items = {"snippetSupport": True, "documentationFormat": ["markdown"]}
        capabilities = {"workspace": {"configuration": True}, "textDocument": {"completion": {"completionItem": items}}}
        self.ask("initialize", {"processId": None, "rootUri": ROOT.as_uri(), "capabilities": capabilities})
        self.tell("initialized", {})
        self.tell("workspace/didChangeConfiguration", {"settings": self.configuration})

    def _read(self):
        stream = self.process.stdout
        while True:
            length = 0
            while line := stream.readline().strip():
                name, _, value = line.partition(b":")
                length = int(value) if name.lower() == b"content-length" else length
            if not length:
                return self.messages.put(None)
            self.messages.put(json.loads(stream.read(length)))

    def _send(self, message):
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.process.stdin.flush()

    def _until(self, what, found):
        """Receives messages until `found` returns something."""
        end = time.monotonic() + PATIENCE
        while (result := found()) is None:
            try:
                message = self.messages.get(timeout=max(0, end - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"no {what} within {PATIENCE} s") from None
            if message is None:
                raise AssertionError("the server ended")
            self._take(message)
        return result

    def _take(self, message):
        method, number = message.get("method"), message.get("id")
        if method == "workspace/configuration":
            wanted = message["params"]["items"]
            self._send({"id": number, "result": [self.configuration.get(item.get("section")) for item in wanted]})
        elif method and number is not None:
            self._send({"id": number, "result": None})
        elif number is not None:
            self.answers[number] = message
        elif method == "textDocument/publishDiagnostics":
            self.diagnostics[message["params"]["uri"]] = message["params"]["diagnostics"]

    def tell(self, method, params):
        self._send({"method": method, "params": params})

    def ask(self, method, params):
        number = next(self.ids)
        self._send({"id": number, "method": method, "params": params})
        answer = self._until(f"answer to {method}", lambda: self.answers.pop(number, None))
        assert "error" not in answer, answer["error"]
        return answer["result"]

    def write(self, path, text):
        """Opens a document, or changes an open one."""
        uri = path.as_uri()
        version = self.texts.get(uri, 0) + 1
        self.texts[uri] = version
        self.diagnostics.pop(uri, None)
        document = {"uri": uri, "version": version}
        if version == 1:
            self.tell("textDocument/didOpen", {"textDocument": {**document, "languageId": "yaml", "text": text}})
        else:
            self.tell("textDocument/didChange", {"textDocument": document, "contentChanges": [{"text": text}]})
        return uri

    def complaints(self, path, text):
        """`(line, message)`, lines from 1."""
        uri = self.write(path, text)
        found = self._until("diagnostics", lambda: self.diagnostics.pop(uri, None))
        return [(item["range"]["start"]["line"] + 1, item["message"]) for item in found]

    def at(self, method, path, text):
        """Sends a request for the place that `¦` marks."""
        before = text.split("¦")[0]
        uri = self.write(path, text.replace("¦", ""))
        position = {"line": before.count("\n"), "character": len(before) - before.rfind("\n") - 1}
        return self.ask(f"textDocument/{method}", {"textDocument": {"uri": uri}, "position": position})

    def inserts(self, path, text):
        """The completions, by the text that they insert."""
        result = self.at("completion", path, text) or []
        items = result["items"] if isinstance(result, dict) else result
        return {item.get("textEdit", {}).get("newText", item["label"]): item for item in items}

    def close(self):
        self.process.kill()
        self.process.wait(PATIENCE)


def key(name):
    """The text that is inserted for a name: a snippet, in which `}` has a backslash."""
    return name.replace("}", "\\}")


def expect(wanted, found):
    missing = [item for item in wanted if item not in found]
    assert not missing, f"missing {missing}, found {list(found)[:20]}"


def associated(server):
    """The checks in which the editor's settings define the schema of a file."""
    path = ROOT / "policies/editor-test.yaml"
    write = lambda lines: HEAD + lines + "\n"
    known = json.loads(SCHEMA.read_text())["properties"]["settings"]["properties"]

    def first_complaint():
        end = time.monotonic() + PATIENCE
        wrong = write("  Authentication/AllowAadPasswordReset: Alowed")
        while not (found := server.complaints(path, wrong)):
            assert time.monotonic() < end, "nothing is marked"
        (line, message), = found
        assert line == 3, found
        expect(['"Not allowed"', '"Allowed"', "0", "1"], message)

    def names():
        offered = server.inserts(path, write("  HideFast¦"))
        expect([key(name) for name in known], {text.removesuffix("$1").rstrip(" \n").removesuffix(":") for text in offered})
        said = next(item for text, item in offered.items() if text.startswith("WindowsLogon/HideFastUserSwitching:"))
        assert "./Device/Vendor/MSFT/Policy/Config/WindowsLogon/" in str(said["documentation"]), said

    def names_after_an_area():
        offered = server.inserts(path, write("  Camera/AllowCamera: 1\n  User/Experience/¦"))
        expect(["User/Experience/AllowWindowsSpotlight: "], offered)

    def offers(lines, wanted, only=True):
        def check():
            offered = server.inserts(path, write(lines))
            expect(wanted, offered)
            assert not only or len(offered) == len(wanted), list(offered)
        return check

    def says(line, wanted, at=4):
        def check():
            found = server.complaints(path, write("  Camera/AllowCamera: 1\n" + line))
            assert found and all(place == at for place, _ in found), found
            expect([wanted], " ".join(message for _, message in found))
        return check

    def hover():
        said = str(server.at("hover", path, write("  WindowsLogon/Hide¦FastUserSwitching: 0")))
        expect(["Hide entry points for Fast User Switching", "./Device/Vendor/MSFT/Policy/Config/WindowsLogon/", "Enabled (hidden)"], said)

    lock_screen = "  ADMX_ControlPanelDisplay/CPL_Personalization_ForceDefaultLockScreen:"
    elements = ["LockScreenImage", "LockScreenOverlaysDisabled"]
    return [
        ("a wrong value is marked with the right ones", first_complaint),
        (f"all {len(known)} names are completed", names),
        ("a name is completed after its area", names_after_an_area),
        ("a value: labels and numbers", offers("  WindowsLogon/HideFastUserSwitching: ¦", ["Disabled (visible)", "Enabled (hidden)", "0", "1"])),
        ("a value: true and false", offers("  LAPS/Policies/ADPasswordEncryptionEnabled: ¦", ["true", "false"])),
        ("a value in the long form", offers("  Camera/AllowCamera:\n    value: ¦", ["Not allowed", "Allowed", "0", "1"])),
        ("an ADMX-backed policy without elements", offers("  WindowsLogon/DisableLockScreenAppNotifications: ¦", ["enabled", "disabled"])),
        ("`enabled` brings all elements", offers(lock_screen + " ¦", ["disabled", "\n  enabled:\n    LockScreenImage: $1\n    LockScreenOverlaysDisabled: $2"])),
        ("an element's id", offers(lock_screen + "\n    enabled:\n      ¦", [f"{name}: " for name in elements], only=False)),
        ("an element's id, begun, in braces", offers(lock_screen + " { enabled: { Lock¦ } }", elements, only=False)),
        ("an element's value", offers(lock_screen + "\n    enabled:\n      LockScreenOverlaysDisabled: ¦", ["true", "false"])),
        ("a text offers nothing that it is not", offers("  Personalization/LockScreenImageUrl: ¦", [])),
        ("hover: title, address, values", hover),
        ("a wrong value of a placeholder's name", says("  PassportForWork/x/Policies/EnablePinRecovery: maybe", "true")),
        ("a wrong value in the long form", says("  AboveLock/AllowToasts: { value: 7 }", '"Not allowed", "Allowed", 0, 1')),
        ("a number out of its range", says("  LAPS/Policies/PasswordLength: 65", "maximum of 64")),
        ("a text for a number", says("  LAPS/Policies/PasswordLength: long", "from 8 to 64")),
        ("a policy enabled without its elements", says(lock_screen + " enabled", "LockScreenImage, LockScreenOverlaysDisabled")),
        ("an element that is not there", says(lock_screen + " { enabled: { LockScreenImag: x } }", "LockScreenImag is not allowed")),
        ("the only element's value", says("  ADMX_CredentialProviders/DefaultCredentialProvider: { enabled: [a] }", "Write text")),
        ("a name that is not there", says("  Authentication/AllowAadPasswordRest: 1", "Unknown setting")),
        ("a name in another case", says("  authentication/AllowAadPasswordReset: 1", "Unknown setting")),
    ]


def by_modeline(server):
    """The checks in which the first line of a file defines its schema."""

    def clean(path):
        def check():
            found = server.complaints(path, path.read_text())
            assert not found, found
        return check

    def wrong():
        path = ROOT / "policies/sspr/lock-screen-reset.yaml"
        text = path.read_text().replace("AllowAadPasswordReset: Allowed", "AllowAadPasswordReset: Alowed")
        line = next(at for at, line in enumerate(text.splitlines(), 1) if "Alowed" in line)
        found = server.complaints(path, text)
        assert [place for place, _ in found] == [line], found

    files = [*sorted((ROOT / "policies").rglob("*.yaml")), ROOT / "tests/editor/forms.yaml"]
    checks = [("by its modeline: a wrong value is marked", wrong)]
    return checks + [(f"by its modeline: {path.relative_to(ROOT)} is clean", clean(path)) for path in files]


def main():
    program = str(pathlib.Path(sys.argv[1]).resolve())
    failures = total = 0
    for schemas, checks in [({SCHEMA.as_uri(): "policies/*.yaml"}, associated), ({}, by_modeline)]:
        server = Server(program, schemas)
        for title, check in checks(server):
            start, total = time.monotonic(), total + 1
            try:
                check()
                print(f"ok    {title} ({time.monotonic() - start:.2f} s)", flush=True)
            except AssertionError as error:
                failures += 1
                print(f"FAIL  {title}: {str(error)[:2000]}", flush=True)
        server.close()
    print(f"editor: {total - failures} of {total} checks passed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
