#!/usr/bin/env python3
"""contract-policies.py REPO SERVER first|second: writes a policy repository that uses every kind of value and target."""
import json
import pathlib
import sys

repo, server, phase = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3]
second = phase == "second"
write = lambda path, value: (repo / path).parent.mkdir(parents=True, exist_ok=True) or (repo / path).write_text(json.dumps(value, indent=1))

write("sspr-policy.yaml", {
    "owner": "contract",
    "default": "proxied",
    "targets": {"pilot": {"include": [{"group": "SSPR Ring 2" if second else "SSPR Pilot"}], "exclude": [{"group": "Kiosks"}]}},
    "environments": {"proxied": {
        "tenant": "0f0f0f0f-5a5a-4b4b-8c8c-5590c0de0001", "graph_url": server, "auth": {"method": "token"}, "prune": True}},
})
targets = [
    {"include": [{"group": "Bob's PCs"}, {"group": "R&D #1 100% + A/B", "filter": "Windows 11 corporate"}]},
    {"include": [{"all": "devices", "filter": {"exclude": "Kiosk hardware"}}], "exclude": [{"group": "Kiosks"}]},
    {"include": [{"all": "users"}]},
    {"include": []},
    "pilot",
]
free = lambda name: f"./Device/Vendor/MSFT/Contract/{name}"
values = {
    "Camera/AllowCamera": "Allowed" if second else "Not allowed",
    "WindowsLogon/DisableLockScreenAppNotifications": "disabled",
    "ADMX_CredentialProviders/DefaultCredentialProvider": {"enabled": "{D6886603-9D2F-4EB2-B667-1971041FA96B}"},
    free("Text"): {"type": "string", "raw": "Größe \"2\" & <b>'x'</b> # % + /" + phase, "unchecked": "contract"},
    free("Flag"): {"type": "boolean", "value": second, "unchecked": "contract"},
    free("Number"): {"type": "float", "value": 1.1, "unchecked": "contract"},
    free("Instant"): {"type": "datetime", "value": "2027-03-31T08:00:00+02:00", "unchecked": "contract"},
    free("Markup"): {"type": "xml", "raw": f"<a b=\"{phase}\">ü</a>", "unchecked": "contract"},
    free("Bytes"): {"type": "base64", "base64": "AAECAw==", "unchecked": "contract"},
}
for number in range(10):
    policy = {
        "name": f"Contract {number:02} 'quoted' & \"more\"" + (" renamed" if second and number == 3 else ""),
        "settings": values, "assignments": targets[(number + second) % len(targets)],
    }
    if number % 2:
        policy["description"] = f"Policy {number}\nin two lines, {phase}"
    if number % 3 == 0:
        policy["scope_tags"] = ["Service Desk"] if second else ["Branch Office", "Service Desk"]
    if second and number == 7:
        policy["state"] = "retired"
    write(f"policies/contract/p{number:02}.yaml", policy)
if second:
    (repo / "policies/contract/p08.yaml").unlink()
