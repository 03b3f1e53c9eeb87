//! Each rule matches exactly when it should, and the caller decides what is judged.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{
    Area, Bad, ByBuild, Check, Confidence, Exclusion, RULES, Rule, Way, evaluate, evaluate::evaluate_with,
    evaluate_beside, mixed_exclusions,
};
use crate::catalogue::Catalogue;
use crate::compile::{Claims, Context, Secrets, compile};
use crate::diagnostic::{Diagnostic, RuleId, Severity};
use crate::policy::{read_configuration, read_policy};
use crate::setting::{
    Audience, Claim, Entry, InFile, Inclusion, Members, Membership, OmaUri, OmaValue, Origin, ProfileKind,
    RegistryAction, RegistryChange, RegistryData, RegistryKey, RegistryLocation, Scope, Subject, Who,
};
use crate::source::{Place, Source};

/// The findings about a policy that turns password reset on, and another policy.
fn check(settings: &str) -> Vec<Diagnostic> {
    let source = |path: &str, text: String| Source::new(path, text.into_bytes()).expect("text");
    let policy = |name: &str, settings: &str| {
        let text = format!("name: {name}\n{settings}\nassignments: {{ include: [{{ group: Pilot }}] }}\n");
        read_policy(&source(name, text), Some(name), &mut Vec::new()).expect("a policy")
    };
    let text = "owner: a\ndefault: lab\nenvironments: { lab: { tenant: sandbox } }\n";
    let configuration_source = source("sspr-policy.yaml", text.into());
    let configuration = read_configuration(&configuration_source, &mut Vec::new()).expect("a configuration");
    let files = BTreeMap::new();
    let context = Context {
        catalogue: Catalogue::embedded(),
        configuration: &configuration,
        configuration_source: &configuration_source,
        environment: "lab",
        settings: configuration.environments.get("lab").expect("an environment"),
        tenant_id: "8f6d0000-0000-0000-0000-000000000000",
        secrets: &Secrets::Placeholders,
        files: &files,
        suggestions: Default::default(),
    };
    let reset = policy("reset", "settings: { Authentication/AllowAadPasswordReset: 1 }");
    let mut found = Vec::new();
    let compiled = compile(&[reset, policy("other", settings)], &context, &mut found);
    let mut claims = Claims::default();
    compiled.iter().for_each(|policy| claims.add(policy));
    found.extend(evaluate(claims.iter(), [], Catalogue::embedded()));
    found
}

/// For each rule, settings that match it and settings that almost do. Only plans know the exclusions of R05.
const CASES: [(&str, &str, &str); 11] = [
    (
        "I01",
        "settings: { WindowsLogon/DisableLockScreenAppNotifications: enabled }",
        "settings: { WindowsLogon/DisableLockScreenAppNotifications: disabled }",
    ),
    (
        "I04",
        "settings: { WindowsLogon/HideFastUserSwitching: 1 }",
        "settings: { WindowsLogon/HideFastUserSwitching: 0 }",
    ),
    (
        "I05",
        "settings: { LocalPoliciesSecurityOptions/InteractiveLogon_DoNotDisplayLastSignedIn: 1 }",
        "settings: { LocalPoliciesSecurityOptions/InteractiveLogon_DoNotDisplayLastSignedIn: 0 }",
    ),
    (
        "I06",
        "settings: { ADMX_ControlPanelDisplay/CPL_Personalization_NoLockScreen: enabled }",
        "settings: { ADMX_ControlPanelDisplay/CPL_Personalization_NoLockScreen: disabled }",
    ),
    (
        "I08",
        "settings: { User/ADMX_WinLogon/CustomShell: { enabled: kiosk.exe } }",
        "settings: { User/ADMX_WinLogon/CustomShell: { enabled: Explorer.exe } }",
    ),
    (
        "I12",
        "settings: { LocalPoliciesSecurityOptions/InteractiveLogon_DoNotRequireCTRLALTDEL: 0 }",
        "settings: { LocalPoliciesSecurityOptions/InteractiveLogon_DoNotRequireCTRLALTDEL: 1 }",
    ),
    (
        "I13",
        "settings: { LocalPoliciesSecurityOptions/InteractiveLogon_DoNotRequireCTRLALTDEL: 0, \
         WindowsLogon/DisableLockScreenAppNotifications: enabled }",
        "settings: { LocalPoliciesSecurityOptions/InteractiveLogon_DoNotRequireCTRLALTDEL: 0 }",
    ),
    (
        "R01",
        r"registry: { 'HKLM\SOFTWARE\Policies\Microsoft\AzureADAccount': { AllowPasswordReset: 0 } }",
        r"registry: { 'HKLM\SOFTWARE\Policies\Microsoft\AzureADAccount': { AllowPasswordReset: 1 } }",
    ),
    (
        "R02",
        "settings: { ./Vendor/MSFT/Policy/Config/Camera/AllowCamera: 1 }",
        "settings: { ./Device/Vendor/MSFT/Policy/Config/Camera/AllowCamera: 1 }",
    ),
    (
        "R03",
        "settings: { Camera/AllowCamera: { type: string, value: '1' } }",
        "settings: { Camera/AllowCamera: { type: integer, value: 1 } }",
    ),
    (
        "R04",
        "settings: { Authentication/AllowAadPasswordReset: 0 }",
        "settings: { Authentication/AllowAadPasswordReset: 1 }",
    ),
];

fn codes(findings: &[Diagnostic]) -> Vec<&'static str> {
    findings.iter().filter(|finding| finding.is_finding()).map(|finding| finding.kind.code()).collect()
}

/// A group of devices that is excluded from a group of users, or from one of devices.
fn excluded(kind: Members) -> Vec<Diagnostic> {
    let group = |id: &str| Who::Group(id.into());
    let audience = Audience {
        include: [Inclusion { who: group("included"), filter: None }].into(),
        exclude: [group("excluded")].into(),
    };
    let devices = Members { devices: 3, total: 3, ..Members::default() };
    let groups = [("included".to_string(), kind), ("excluded".to_string(), devices)].into();
    let membership = Membership { groups, ..Membership::default() };
    mixed_exclusions(&audience, &membership, &place(), None, |id| Exclusion { name: id.into(), place: None })
}

#[test]
fn each_rule_fires_and_keeps_still() {
    for rule in RULES.iter() {
        let code = rule.id.code;
        if code == "R05" {
            let users = Members { users: 3, total: 3, ..Members::default() };
            assert_eq!(codes(&excluded(users)), ["R05"]);
            assert_eq!(codes(&excluded(Members { devices: 9, total: 9, ..Members::default() })), [""; 0]);
            continue;
        }
        let (_, fires, still) = CASES.iter().find(|case| case.0 == code).expect("each rule has a case");
        assert!(codes(&check(fires)).contains(&code), "{code} does not fire: {:?}", check(fires));
        assert!(!codes(&check(still)).contains(&code), "{code} fires: {:?}", check(still));
    }
}

#[test]
fn rules_have_codes_and_names_of_their_own() {
    let mut ids: Vec<&str> = RULES.iter().flat_map(|rule| [rule.id.code, rule.id.name]).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 2 * RULES.len());
    for area in Area::ALL {
        assert!(area.rules().iter().all(|rule| rule.area == area), "{area:?}");
        assert!(area.rules().is_sorted_by_key(|rule| rule.id), "{area:?}");
    }
}

fn place() -> Place {
    Place::start_of(&Source::new("lab.reg", b"text".to_vec()).expect("text"))
}

/// A registry value in a file that is not a policy.
fn in_file(path: &str, key: &str, name: &str, number: u32) -> Claim {
    let key = RegistryKey::parse(key).expect("a key");
    let location = RegistryLocation { key: key.clone(), name: name.into() };
    let change = RegistryChange::Value(location, RegistryAction::Set(RegistryData::Dword(number)));
    let entry = Entry::Registry(key, Some(name.into()));
    let origin = Origin::File(Box::new(InFile { path: path.into(), entry, place: Some(place()) }));
    Claim { subject: Subject::Registry(Arc::new(change)), audience: None, origin, oldest_build: None, is_secret: false }
}

/// A node in a tenant's profile for all devices.
fn in_tenant(profile: &str, name: &str, value: OmaValue) -> Claim {
    let everybody =
        Audience { include: [Inclusion { who: Who::AllDevices, filter: None }].into(), ..Audience::default() };
    Claim {
        subject: Subject::Node(OmaUri::policy(Scope::Device, name), value),
        audience: Some(Arc::new(everybody)),
        origin: Origin::Tenant { kind: ProfileKind::Custom, name: profile.into(), id: profile.into() },
        oldest_build: None,
        is_secret: false,
    }
}

const ACCOUNT: &str = r"HKLM\SOFTWARE\Policies\Microsoft\AzureADAccount";
const SYSTEM: &str = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System";

fn lines(findings: &[Diagnostic]) -> Vec<String> {
    let line = |finding: &Diagnostic| {
        let place = finding.place.as_ref().map(|place| format!("{place} ")).unwrap_or_default();
        format!("{place}{} {}: {}", finding.severity.word(), finding.kind.code(), finding.message)
    };
    findings.iter().map(line).collect()
}

#[test]
fn files_alone_are_judged() {
    let one =
        [in_file("lab.reg", ACCOUNT, "AllowPasswordReset", 1), in_file("lab.reg", SYSTEM, "HideFastUserSwitching", 1)];
    // All values in one file reach the same devices.
    assert_eq!(
        lines(&evaluate(&one, [], Catalogue::embedded())),
        ["lab.reg:1:1 error I04: the entry points for Fast User Switching are hidden"]
    );
    let two = [in_file("a.reg", ACCOUNT, "AllowPasswordReset", 1), in_file("b.reg", ACCOUNT, "AllowPasswordReset", 0)];
    assert_eq!(
        lines(&evaluate(&two, [], Catalogue::embedded())),
        [
            "lab.reg:1:1 info R01: password reset at the sign-in screen is turned off",
            "lab.reg:1:1 warning R04: HKLM\\SOFTWARE\\Policies\\Microsoft\\AzureADAccount AllowPasswordReset has a \
             different value in lab.reg:1:1",
        ]
    );
}

/// A tenant with everything that rules check between profiles.
fn tenant() -> Vec<Claim> {
    vec![
        in_tenant("Reset", "Authentication/AllowAadPasswordReset", OmaValue::Integer(1)),
        in_tenant("Off", "Authentication/AllowAadPasswordReset", OmaValue::Integer(0)),
        in_tenant("Baseline", "WindowsLogon/HideFastUserSwitching", OmaValue::Integer(1)),
        in_tenant("Old", "Camera/AllowCamera", OmaValue::String("1".into())),
    ]
}

#[test]
fn a_tenant_alone_is_judged() {
    let findings = evaluate(&tenant(), [], Catalogue::embedded());
    assert_eq!(
        lines(&findings),
        [
            "error I04: the entry points for Fast User Switching are hidden: \"Baseline\" (in the tenant) sets \
             WindowsLogon/HideFastUserSwitching",
            "info R01: password reset at the sign-in screen is turned off: \"Off\" (in the tenant) sets \
             Authentication/AllowAadPasswordReset",
            "error R04: Authentication/AllowAadPasswordReset has a different value in \"Reset\" (in the tenant) than \
             in \"Off\" (in the tenant)",
            "error R03: the type of the value differs from the type of the node: \"Old\" (in the tenant) sets \
             Camera/AllowCamera as string, not integer",
        ]
    );
}

#[test]
fn what_stands_beside_is_not_judged() {
    let catalogue = Catalogue::embedded();
    // A wrong type in another profile is always reported; other problems in the tenant are not.
    assert_eq!(codes(&evaluate([], &tenant(), catalogue)), ["R03"]);
    let ours = [in_file("lab.reg", ACCOUNT, "AllowPasswordReset", 1)];
    assert_eq!(codes(&evaluate(&ours, [], catalogue)), [""; 0]);
    assert_eq!(
        lines(&evaluate_beside(&[], &ours, &tenant(), catalogue)),
        [
            "lab.reg:1:1 warning I04: the entry points for Fast User Switching are hidden: \"Baseline\" (in the \
             tenant) sets WindowsLogon/HideFastUserSwitching",
            "lab.reg:1:1 warning R04: HKLM\\SOFTWARE\\Policies\\Microsoft\\AzureADAccount AllowPasswordReset has a \
             different value in \"Off\" (in the tenant)",
            "info R03: the type of the value differs from the type of the node: \"Old\" (in the tenant) sets \
             Camera/AllowCamera as string, not integer",
        ]
    );
}

const fn part(code: &'static str, check: Check) -> Rule {
    Rule {
        id: RuleId { code, name: code },
        area: Area::Session,
        title: "",
        symptom: "",
        severity: ByBuild::Always(Severity::Warning),
        confidence: Confidence::Low,
        sources: &[],
        remedy: "",
        check,
    }
}

macro_rules! value_is_1 {
    ($code:literal) => {
        part($code, Check::Values { bad: &[Way::Registry(SYSTEM, $code, Bad::Number(1))], feature: None })
    };
}

static X1: Rule = value_is_1!("X1");
static X2: Rule = value_is_1!("X2");
static X3: Rule = value_is_1!("X3");
static ALL_THREE: Rule = part("X9", Check::Together { parts: &[&X1, &X2, &X3], feature: None });

#[test]
fn a_combination_has_any_number_of_parts() {
    let rules = [&X1, &X2, &X3, &ALL_THREE];
    let set = |names: &[&str]| -> Vec<Claim> { names.iter().map(|name| in_file("lab.reg", SYSTEM, name, 1)).collect() };
    let judge = |claims: &[Claim]| evaluate_with(&rules, claims, [], Catalogue::embedded());
    assert_eq!(codes(&judge(&set(&["X1", "X2"]))), ["X1", "X2"]);
    let all = judge(&set(&["X1", "X2", "X3"]));
    assert_eq!(codes(&all), ["X1", "X2", "X3", "X9"]);
    assert_eq!(all[3].related.len(), 2);
    // A part that reaches other devices does not count.
    let mut apart = set(&["X1", "X2"]);
    let nobody = Some(Arc::new(Audience::default()));
    apart.push(Claim { audience: nobody, ..in_file("other.reg", SYSTEM, "X3", 1) });
    assert_eq!(codes(&judge(&apart)), ["X1", "X2", "X3"]);
}

#[test]
fn what_is_found_elsewhere_or_stated_matches_no_claim() {
    static FACT: Rule = part("X1", Check::Fact("what the tenant is like"));
    static STATED: Rule = part("X2", Check::Stated);
    assert_eq!(codes(&evaluate_with(&[&FACT, &STATED], &tenant(), [], Catalogue::embedded())), ["R04", "R03"]);
}
