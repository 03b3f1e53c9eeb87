"""Compares a catalogue table with facts that were independently extracted from the same files.

    oracle.py TABLE ORACLE

Prints every difference except the deliberate ones below, and exits with 1 if there is one.
"""

import json
import re
import sys
from collections import Counter

EDITIONS = dict(zip("HPEDSLMITOUQW", [
    "Home", "Pro", "Enterprise", "Education", "SE", "LTSC", "Multi-session", "IoTEnterprise", "IoTEnterpriseLTSC",
    "HoloLens", "SurfaceHub", "Lite", "WNC"]))

# Nodes that are not settings: the Policy CSP's description of itself would match every misspelled setting.
SKELETON = re.compile(r"/Policy/(Config|Result)/\{AreaName\}/\{PolicyName\}$")

# Native nodes whose policy writes only one element.
ELEMENT_ONLY = "/(" + "|".join([
    "ApplicationManagement/ConfigureMSIXAuthenticationAuthorizedDomains", "Browser/AllowTabPreloading",
    "Browser/AllowPrelaunch", "Cryptography/TLSCipherSuites", "Cryptography/ConfigureEllipticCurveCryptography",
    "DmaGuard/DeviceEnumerationPolicy", "HumanPresence/Force(LockTimeout|InstantDim)",
    "LanmanServer/AuthRateLimiterDelayInMs", "Lanman(Server|Workstation)/(Max|Min)Smb2Dialect",
    "LocalSecurityAuthority/ConfigureLsaProtectedProcess", "Search/PreventIndexingLowDiskSpaceMB",
    "Start/(ForceStartSize|ShowOrHideMostUsedApps|ConfigureTaskbarSmallButtonBehavior)",
    "Storage/ConfigStorageSense(GlobalCadence|\\w+Threshold)",
    "Sudo/EnableSudo", "Update/AllowUpdateService", "WindowsAI/SetCopilotHardwareKey",
]) + ")$"

# Facts that differ on purpose: the fact, the address, and the reason.
DELIBERATE = [
    ("scope", r"RootCATrustedCertificates/(OemEsim|TrustedPeople)/\{CertHash\}/EncodedCertificate$",
     "its twins differ only in how the folder above them is named, which is not kept"),
    ("missing", r"^./User/Vendor/MSFT/RootCATrustedCertificates/(OemEsim|TrustedPeople)/",
     "one line with its twin, as above"),
    ("*", r"/BitLocker/EncryptionMethodByDriveType$",
     "the DDF binds it to another policy; the import mends that"),
    ("values", r"/SecureAssessment/LaunchURI$",
     "the slashes within a pattern are not escaped here; both mean the same"),
    ("elements", r"/ADMX_WindowsExplorer/DefaultLibrariesLocation$",
     "its key is the policy's but for letter case, and is not said twice"),
    ("elements", r"/ADMX_nca/(CorporateResources|CustomCommands|DTEs)$",
     "a list has no value name of its own in the ADMX schema; these three files have one all the same"),
    ("policy", r"/Connectivity/AllowPhonePCLinking$",
     "EnableMMX in the ADMX file; the DDF writes enableMMX"),
    ("title|path", r"/LocalPoliciesSecurityOptions/",
     "thirteen nodes name no policy; the title comes from the match by name"),
    ("policy|title|path|class|key|value", r"/PassportForWork/Biometrics/EnableESSwithSupportedPeripherals$",
     "the DDF gives the policy's title for its name; found by title"),
    ("key|value", r"/Authentication/(AllowAadPasswordReset|PreferredAadTenantDomainName)$", "from the overlay"),
    ("key|value", r"/Personalization/(LockScreen|Desktop)ImageUrl$", "from the overlay"),
    ("key|value", r"/NetworkProxy/ProxySettingsPerUser$", "from the overlay"),
    ("value", r"/Defender/(AttackSurfaceReduction(Rules|OnlyExclusions)|ControlledFolderAccess\w+|Excluded\w+"
     r"|ThreatSeverityDefaultAction)$",
     "a list: its id is no value's name"),
    ("value", ELEMENT_ONLY, "the policy has no value of its own; its only or first element's is named here"),
]


def is_deliberate(fact, uri):
    return any((known == "*" or fact in known.split("|")) and re.search(pattern, uri) for known, pattern, _ in DELIBERATE)


def full(build):
    return build if build.count(".") > 1 else "10.0." + build


def build_key(build):
    return [int(part) for part in build.split(".")]


def table_facts(node):
    allowed = node.get("allowed", "any")
    kind, detail = (allowed, None) if isinstance(allowed, str) else next(iter(allowed.items()))
    if kind in ("enum", "flags"):
        detail = [value for value, _ in detail]
    builds = [full(build) for build in node["builds"].split(" ")] if node.get("builds") else []
    registry, gp = node.get("registry") or {}, node.get("group_policy") or {}
    form = (registry.get("data") or {}).get("admx") if isinstance(registry.get("data"), dict) else None
    return {
        "format": node["format"],
        "scope": node.get("scope", "device"),
        "access": node.get("access", "ADGR"),
        "default": node.get("default"),
        "allowed": kind,
        "values": detail,
        "list": node.get("list"),
        "min_build": min(builds, key=build_key) if builds else None,
        "builds": sorted(builds),
        "insider": node.get("insider", False),
        "editions": sorted(EDITIONS[letter] for letter in node.get("editions", "")),
        "conflict": node.get("conflict"),
        "deprecated": "deprecated" in node,
        "vendor_root": node.get("vendor_root", False),
        "depends": len(node.get("depends", [])),
        "policy": gp.get("name"),
        "title": gp.get("title") or None,
        "path": gp.get("path") or None,
        "class": gp.get("class") or None,
        "file": (gp.get("file") or "").lower() or None,
        "template": gp.get("template"),
        "key": (registry.get("key") or "").lower() or None,
        "value": (registry.get("value") if not form else form.get("value")),
        "on": (form or {}).get("on"),
        "off": (form or {}).get("off"),
        "on_list": (form or {}).get("on_list", []),
        "off_list": (form or {}).get("off_list", []),
        "elements": [element_facts(e) for e in (form or {}).get("elements", [])],
    }


def element_facts(element):
    renamed = {"type": "t", "required": "req"}
    facts = {renamed.get(name, name): value for name, value in element.items() if name != "label"}
    for flag in ("req", "expand", "explicit", "additive", "as_text"):
        if facts.get(flag):
            facts[flag] = 1
    if "items" in facts:
        facts["items"] = [[value, label] for value, label in facts["items"]]
    return {name: value for name, value in facts.items() if value is not None and value is not False}


def oracle_element(element):
    """An item without a label has one entry. A third entry, with what else it writes, is left out of the table."""
    facts = dict(element)
    if "items" in facts:
        facts["items"] = [[item[0], item[1] if len(item) > 1 else ""] for item in facts["items"]]
    return facts


def folded(text):
    return " ".join(text.split()) if text else None


def released(build):
    """Five nodes write 11.0.26100 for 10.0.26100, one 10.19041.789 for 10.0.19041.789."""
    return re.sub(r"^11\.0\.|^10\.(?=\d{5})", "10.0.", build)


def oracle_facts(node):
    allowed = node.get("allowed") or {}
    kind = {"none": "any", "xsd": "xml", None: "any"}.get(allowed.get("type"), allowed.get("type"))
    detail = None
    if kind in ("enum", "flags"):
        detail = [str(value[0]) for value in allowed["values"]]
        if node["format"] == "bool":
            detail = [value.lower() for value in detail]
    elif kind == "range":
        detail = allowed.get("range")
        kind = "range" if detail else "any"
    elif kind == "regex":
        detail = allowed.get("pattern")
        kind = "regex" if detail else "any"
    gp = node.get("gp") or {}
    backed = gp.get("backed")
    default = node.get("default")
    if isinstance(default, bool) or node["format"] == "bool" and default is not None:
        default = str(default).lower()
        default = {"0": "false", "1": "true"}.get(default, default)
    return {
        "format": node["format"],
        "scope": node["scope"],
        "access": "".join(sorted(letter for letter in node["access"] if letter in "ACDEGR")),
        "default": None if default is None else str(default),
        "allowed": kind,
        "values": detail,
        "list": {"0xF000": "\uf000", "\\xF000": "\uf000"}.get(allowed.get("list"), allowed.get("list")),
        "min_build": released(node["min_build"]) if node.get("min_build") else None,
        "builds": sorted(map(released, node.get("builds", []))),
        "insider": bool(node.get("insider")),
        "editions": sorted(node.get("editions", [])),
        "conflict": node.get("conflict"),
        "deprecated": bool(node.get("deprecated")),
        "vendor_root": bool(node.get("legacy_root")),
        "depends": len(node.get("depends", [])),
        "policy": gp.get("name"),
        "title": folded(gp.get("friendly_name")),
        "path": folded(gp.get("path")),
        "class": gp.get("class"),
        "file": (gp.get("admx_file") or "").lower() or None,
        "template": gp.get("inf"),
        "key": (gp.get("registry_key") or "").lower() or None,
        "value": gp.get("value_name"),
        "on": gp.get("on") if backed else None,
        "off": gp.get("off") if backed else None,
        "on_list": gp.get("on_list", []) if backed else [],
        "off_list": gp.get("off_list", []) if backed else [],
        "elements": [oracle_element(element) for element in gp.get("elements", [])] if backed else [],
    }


def read(path, wanted):
    with open(path, encoding="utf-8") as file:
        for line in file:
            record = json.loads(line)
            if "uri" in record and wanted(record):
                yield record["uri"], record


def main(table_path, oracle_path):
    table = dict(read(table_path, lambda _: True))
    oracle = dict(read(oracle_path, lambda node: node["format"] != "node"))
    differences = []
    for uri, node in oracle.items():
        if SKELETON.search(uri):
            continue
        if uri not in table:
            differences.append(("missing", uri, node.get("src"), None))
            continue
        expected, actual = oracle_facts(node), table_facts(table[uri])
        for fact, value in expected.items():
            if actual[fact] != value:
                differences.append((fact, uri, value, actual[fact]))
    differences += [("extra", uri, None, None) for uri in table if uri not in oracle]
    deliberate = [one for one in differences if is_deliberate(*one[:2])]
    differences = [one for one in differences if not is_deliberate(*one[:2])]
    for fact, count in sorted(Counter(one[0] for one in differences).items()):
        print(f"{fact}: {count}")
    for fact, uri, expected, actual in differences:
        print(f"  {fact}: {uri}: expected {expected!r}, found {actual!r}")
    print(f"{len(oracle)} leaves compared, {len(deliberate)} deliberate differences, {len(differences)} other differences")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
