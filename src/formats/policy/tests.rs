//! Profiles that the sandbox does not have: masked values, duplicate rows, and every node of the catalogue.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use litemap::LiteMap;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, RngSeed};

use super::*;
use crate::catalogue::{AdmxElement, Allowed, Catalogue, CspNode, ElementType, Payload};
use crate::compile::{Directory, NamedObject};
use crate::policy::{Configuration, read_configuration};
use crate::profile::{Address, Assignment, LiveProfile, Setting, canonical_value, normal_text};
use crate::setting::{Delivery, FilterMode, OmaType, OmaUri, OmaValue, Who};

const TENANT: &str = "8f6d0000-0000-0000-0000-000000000000";

fn configuration() -> (Configuration, Arc<Source>) {
    let text = "owner: contoso\ndefault: lab\nenvironments:\n  lab: { tenant: sandbox }\n";
    let source = Source::new("sspr-policy.yaml", text.into()).unwrap();
    (read_configuration(&source, &mut Vec::new()).unwrap(), source)
}

fn live(settings: impl IntoIterator<Item = (Address, OmaValue)>, assignments: Vec<Assignment>) -> LiveProfile {
    let settings = settings.into_iter().map(|(address, value)| (address, Setting { value, shown: None }));
    LiveProfile {
        delivery: Delivery::Custom,
        id: "5f1c0000-0000-4000-8000-000000000000".into(),
        marker: None,
        profile: crate::profile::Profile {
            name: "Test".into(),
            description: Some(String::new()),
            settings: Arc::new(settings.collect()),
            assignments: Some(assignments.into_iter().collect()),
            scope_tags: Some(["7".to_string()].into()),
        },
        revision: crate::delivery::first_revision(Delivery::Custom),
        modified: String::new(),
        secret_references: LiteMap::new(),
        row_texts: LiteMap::new(),
    }
}

fn written(live: &LiveProfile, directory: &Directory) -> PolicyFile {
    in_context(|context| {
        write(&ProfileToWrite { live, path: "policies/imported/test.yaml", directory }, context, &mut BTreeSet::new())
            .unwrap_or_default()
    })
}

/// Compiles a file.
fn compiled(file: &PolicyFile) -> BTreeMap<OmaUri, OmaValue> {
    read_back(file).0
}

/// Compiles a file, and returns name and description, too.
fn read_back(file: &PolicyFile) -> (BTreeMap<OmaUri, OmaValue>, String, Option<String>) {
    let source = Source::new("policies/imported/test.yaml", file.text.clone().into()).unwrap();
    let mut problems = Vec::new();
    let files = beside("policies/imported/test.yaml", &file.files);
    let policy = read_policy(&source, Some("imported/test"), &mut problems);
    in_context(|context| {
        let context = Context { files: &files, ..*context };
        let compiled = compile(policy.as_slice(), &context, &mut problems).pop();
        assert!(!any_error(&problems), "{}\n{problems:?}", file.text);
        let policy = compiled.unwrap();
        let settings = policy.settings.iter().map(|one| (one.uri.clone(), one.value.clone()));
        (settings.collect(), policy.name, policy.description.map(|text| text.value))
    })
}

fn in_context<T>(work: impl FnOnce(&Context<'_>) -> T) -> T {
    let (configuration, configuration_source) = configuration();
    let context = Context {
        catalogue: Catalogue::embedded(),
        configuration: &configuration,
        configuration_source: &configuration_source,
        environment: "lab",
        settings: &configuration.environments.iter().next().unwrap().1,
        tenant_id: TENANT,
        secrets: &Secrets::Placeholders,
        files: &BTreeMap::new(),
    };
    work(&context)
}

#[test]
fn what_a_policy_cannot_express() {
    let masked = [
        ("WindowsLogon/DisableLockScreenAppNotifications", OmaType::String),
        ("UserRights/AllowLocalLogOn", OmaType::String),
        ("AppVirtualization/PublishingAllowServer1", OmaType::Xml),
    ];
    let masked = masked
        .map(|(name, kind)| (Address::Node(Catalogue::embedded().resolve(name).unwrap().uri), OmaValue::Masked(kind)));
    let own = |name: &str| Address::Node(OmaUri::verbatim(&format!("./Device/Vendor/MSFT/Contoso/{name}")));
    let rows = [(own("Base64"), OmaValue::Masked(OmaType::Base64)), (own("Twice"), OmaValue::Integer(1))];
    let impossible = [(own("Twice").next(), OmaValue::Integer(2)), (own("Mask"), OmaValue::String("****".into()))];
    let group = |id: &str, filter: Option<&str>| Assignment {
        excluded: false,
        who: Who::Group(id.into()),
        filter: filter.map(|id| (FilterMode::Include, id.into())),
    };
    let entry = |id: &str, name: &str| NamedObject { id: id.into(), name: name.into() };
    let directory = Directory {
        groups: vec![entry("a", "Pilot"), entry("b", "")],
        filters: vec![entry("x", "Twins"), entry("y", "Twins")],
        ..Directory::default()
    };
    let assignments = vec![group("a", None), group("b", None), group("c", None), group("a", Some("x"))];
    let rows = || masked.clone().into_iter().chain(rows.clone());
    // Apply would remove what the policy does not have, so there is no policy.
    let live_with = live(rows().chain(impossible), assignments.clone());
    let refused = in_context(|context| {
        let profile = ProfileToWrite { live: &live_with, path: "policies/imported/test.yaml", directory: &directory };
        write(&profile, context, &mut BTreeSet::new()).unwrap_err()
    });
    let refused: Vec<String> = refused.into_iter().map(|remark| remark.text).collect();
    insta::assert_snapshot!(refused.join("\n"), @"
    ./Device/Vendor/MSFT/Contoso/Mask cannot be written: this is a placeholder that Intune shows instead of the value: it was probably copied from an export, which does not contain the value
    ./Device/Vendor/MSFT/Contoso/Twice (again) cannot be written: the profile has two rows with this address, but devices use only one of them
    ");
    let file = written(&live(rows(), assignments), &directory);
    assert!(file.needs_secrets);
    insta::assert_snapshot!(file.text, @"
    # yaml-language-server: $schema=../../schemas/policy.schema.json
    name: Test

    settings:
      # ./Device/Vendor/MSFT/Contoso/Base64: the token is not allowed to read its value: provide it as
      # SSPR_TEST_CONTOSO_BASE64, or import again with DeviceManagementConfiguration.ReadWrite.All
      ./Device/Vendor/MSFT/Contoso/Base64:
        type: base64
        base64: '${env:SSPR_TEST_CONTOSO_BASE64}'
        unchecked: 'imported from the tenant; check says: unknown setting: this node is not in the catalogue'
      ./Device/Vendor/MSFT/Contoso/Twice:
        type: integer
        value: 1
        unchecked: 'imported from the tenant; check says: unknown setting: this node is not in the catalogue'
      # AppVirtualization/PublishingAllowServer1: the token is not allowed to read its value: provide it
      # as SSPR_TEST_APPVIRTUALIZATION_PUBLISHINGALLOWSERVER1, or import again with
      # DeviceManagementConfiguration.ReadWrite.All
      AppVirtualization/PublishingAllowServer1:
        type: xml
        raw: '${env:SSPR_TEST_APPVIRTUALIZATION_PUBLISHINGALLOWSERVER1}'
      # UserRights/AllowLocalLogOn: the token is not allowed to read its value: provide it as
      # SSPR_TEST_USERRIGHTS_ALLOWLOCALLOGON, or import again with
      # DeviceManagementConfiguration.ReadWrite.All
      UserRights/AllowLocalLogOn: '${env:SSPR_TEST_USERRIGHTS_ALLOWLOCALLOGON}'
      # WindowsLogon/DisableLockScreenAppNotifications: the token is not allowed to read its value:
      # provide it as SSPR_TEST_WINDOWSLOGON_DISABLELOCKSCREENAPPNOTIFICATIONS, or import again with
      # DeviceManagementConfiguration.ReadWrite.All
      WindowsLogon/DisableLockScreenAppNotifications:
        raw: '${env:SSPR_TEST_WINDOWSLOGON_DISABLELOCKSCREENAPPNOTIFICATIONS}'

    # assignments are not imported: an included target cannot be written here: a target is listed twice,
    # but Microsoft Graph accepts each target once
    # assignments are not imported: an included target cannot be written here: the group c no longer
    # exists
    # the other targets of the profile:
    # assignments:
    #   include:
    #     - { group: Pilot }
    #     - { id: b }

    # scope tags are not imported: the scope tag 7 no longer exists
    adopt: { lab: 5f1c0000-0000-4000-8000-000000000000 }
    ");
}

/// A payload with a value for each element.
fn enabled(elements: &[AdmxElement]) -> OmaValue {
    let value = |element: &AdmxElement| match element.kind {
        ElementType::Decimal => element.min.unwrap_or(0).to_string(),
        ElementType::Boolean => "true".to_string(),
        ElementType::Enum => element.choices()[0].0.clone(),
        ElementType::List if element.explicit => "https://a.example\u{f000}1\u{f000}b\u{f000}".to_string(),
        ElementType::List => "1\u{f000}one\u{f000}2\u{f000}two".to_string(),
        ElementType::MultiText => "one\u{f000}two".to_string(),
        ElementType::Text => "on".to_string(),
    };
    let data = elements.iter().map(|element| (element.id.clone(), value(element))).collect();
    OmaValue::String(Payload { enabled: true, data }.write().into())
}

/// Values that the node accepts; several if there are choices.
fn values(node: &CspNode) -> Vec<OmaValue> {
    let kind = node.format.oma_type();
    let typed = |text: &str| match kind {
        Some(OmaType::Integer) => text.parse().ok().map(OmaValue::Integer),
        Some(OmaType::String) => Some(OmaValue::String(text.into())),
        _ => None,
    };
    let all: Vec<Option<OmaValue>> = match (&node.allowed, kind) {
        (_, Some(OmaType::Boolean)) => vec![Some(OmaValue::Boolean(true)), Some(OmaValue::Boolean(false))],
        (Allowed::Enum(all) | Allowed::Flags(all), _) => all
            .iter()
            .map(|value| typed(&value.number().map_or(value.0.clone(), |number| number.to_string())))
            .collect(),
        (Allowed::Range([low, high]), _) => vec![typed(&low.to_string()), typed(&high.to_string())],
        (Allowed::Admx, _) => vec![typed("<disabled/>"), node.admx().map(|form| enabled(&form.elements))],
        (Allowed::Any, Some(OmaType::String)) => vec![typed("some text: #1")],
        (Allowed::Any, Some(OmaType::Integer)) => vec![typed("1")],
        _ => Vec::new(),
    };
    // Some nodes accept larger numbers than a custom profile can contain.
    let is_deliverable = |value: &OmaValue| match value {
        OmaValue::Integer(number) => crate::delivery::integers(Delivery::Custom).range.contains(number),
        _ => true,
    };
    all.into_iter().flatten().filter(is_deliverable).collect()
}

#[test]
fn every_valid_value_is_written_without_unchecked() {
    let settable = |node: &&CspNode| node.is_settable() && !node.uri.contains(['{', '*']);
    let rows = Catalogue::embedded().nodes().filter(settable).flat_map(|node| {
        let uri = node.address(node.first_scope());
        values(node).into_iter().enumerate().map(move |(at, value)| (at, uri.clone(), value))
    });
    // One value of a node in each profile.
    let mut profiles: Vec<Vec<(OmaUri, OmaValue)>> = Vec::new();
    for (at, uri, value) in rows {
        profiles.resize(profiles.len().max(at + 1), Vec::new());
        profiles[at].push((uri, value));
    }
    let (mut past, mut count) = (Vec::new(), 0);
    for profile in profiles.iter().flat_map(|rows| rows.chunks(900)) {
        count += profile.len();
        let file = written(
            &live(profile.iter().cloned().map(|(uri, value)| (uri.into(), value)), Vec::new()),
            &Directory::default(),
        );
        assert_eq!(compiled(&file), profile.iter().cloned().collect());
        past.extend(file.text.lines().filter(|line| line.contains("unchecked")).map(String::from));
        past.extend(file.remarks.iter().filter(|one| one.severity == Severity::Error).map(|one| one.text.clone()));
    }
    past.retain(|line| !line.starts_with("scope tags"));
    insta::assert_snapshot!(format!("{count} values\n{}", past.join("\n")), @"7350 values");
}

/// Text that could cause problems in YAML, references or lists.
fn odd() -> impl Strategy<Value = String> {
    let pieces = vec![
        "a",
        "B 1",
        "on",
        "0x1",
        "1e3",
        "~",
        "'",
        "\"",
        "\\",
        "#",
        ": ",
        "- ",
        " #",
        "${",
        "$${",
        "$",
        "{",
        "}",
        "[",
        "]",
        ",",
        "&",
        "*",
        "!",
        "|",
        ">",
        "%",
        "@",
        "`",
        "?",
        "<a/>",
        "&amp;",
        "\n",
        "\r\n",
        "\t",
        " ",
        "\u{f000}",
        "\u{feff}",
        "\u{85}",
        "\u{2028}",
        "\u{200b}",
        "\u{a0}",
        "\u{202e}",
        "ü",
        "日本語",
        "😀",
        "\u{301}",
        "\u{fffe}",
        "\u{10ffff}",
        "\u{e000}",
        "true",
        "null",
        ";",
        "S-1-5-32-544",
        "****",
    ];
    let piece = prop_oneof![4 => select(pieces).prop_map(str::to_owned), 1 => "\\PC{1,4}", 1 => "[a-z]{400,1100}"];
    vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

fn odd_value() -> impl Strategy<Value = OmaValue> {
    prop_oneof![
        any::<i32>().prop_map(|number| OmaValue::Integer(number.into())),
        any::<bool>().prop_map(OmaValue::Boolean),
        any::<f32>().prop_filter("finite", |number| number.is_finite()).prop_map(OmaValue::Float),
        (0_i64..4_000_000_000)
            .prop_map(|second| OmaValue::DateTime(jiff::Timestamp::from_second(second).unwrap().to_string().into())),
        vec(any::<u8>(), 0..100).prop_map(|bytes| OmaValue::Base64(bytes.into())),
        odd().prop_map(|text| OmaValue::Xml(text.into())),
        odd().prop_map(|text| OmaValue::String(text.into())),
        odd().prop_map(|text| OmaValue::String(text.into())),
    ]
}

/// A node for each kind of value, and an unknown one.
const NODES: [&str; 10] = [
    "Authentication/AllowAadPasswordReset",
    "WindowsLogon/DisableLockScreenAppNotifications",
    "BitLocker/EncryptionMethodByDriveType",
    "UserRights/AllowLocalLogOn",
    "LocalPoliciesSecurityOptions/InteractiveLogon_MessageTextForUsersAttemptingToLogOn",
    "Personalization/LockScreenImageUrl",
    "InternetExplorer/AllowSiteToZoneAssignmentList",
    "User/Experience/AllowWindowsSpotlight",
    "csp:Defender/Configuration/TamperProtection",
    "./Device/Vendor/MSFT/Contoso/Unknown",
];

proptest! {
    #![proptest_config(Config { cases: 64, rng_seed: RngSeed::Fixed(2018), failure_persistence: None, ..Config::default() })]

    /// Every row is imported exactly, or reported as lost.
    #[test]
    fn every_row_is_imported_or_reported(values in vec(odd_value(), NODES.len()), name in odd(), text in odd()) {
        let addresses = NODES.map(|name| match Catalogue::embedded().resolve(name) {
            Ok(found) => found.uri,
            Err(_) => OmaUri::verbatim(name),
        });
        let rows = addresses.into_iter().zip(values);
        let rows = rows.map(|(uri, value)| (Address::Node(uri.clone()), canonical_value(&uri, value)));
        let mut live = live(rows, Vec::new());
        live.profile.scope_tags = None;
        live.profile.name = format!("x{name}");
        live.profile.description = Some(normal_text(&text));
        let file = written(&live, &Directory::default());
        let lost = file.remarks.iter().filter(|remark| remark.severity == Severity::Error).count();
        prop_assert!(!file.text.is_empty(), "{lost} lost");
        let (found, name, description) = read_back(&file);
        prop_assert_eq!(found.len() + lost, NODES.len(), "{}", file.text);
        for (uri, value) in found {
            prop_assert!(live.profile.settings[&Address::Node(uri)].value == value, "{}", file.text);
        }
        prop_assert_eq!(name, live.profile.name);
        prop_assert_eq!(normal_text(&description.unwrap_or_default()), live.profile.description.unwrap_or_default());
    }
}
