//! One complete digest of each kind. Digests are stored in the markers of real tenants and in saved plans: if a value
//! here changes, every managed profile looks changed.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::*;
use crate::profile::{Address, Assignment, Assignments, Managed, Setting, Settings};
use crate::setting::{OmaUri, OmaValue};

/// A profile with a value of each type, a target of each kind, filters of both modes, and scope tags.
fn everything() -> Profile {
    let uri = |name: &str| OmaUri::verbatim(&format!("./Device/Vendor/MSFT/Contoso/{name}"));
    let plain = |value| Setting { value, shown: None };
    let settings = [
        ("Integer", OmaValue::Integer(-7)),
        ("Boolean", OmaValue::Boolean(true)),
        ("Float", OmaValue::Float(1.1)),
        ("DateTime", OmaValue::DateTime("2026-11-21T08:00:00Z".into())),
        ("String", OmaValue::String("<enabled/>\nwith \"quotes\" and ü".into())),
        ("Xml", OmaValue::Xml("<a b=\"c\"/>".into())),
        ("Base64", OmaValue::Base64([0, 1, 255].into())),
    ];
    let settings: Settings =
        settings.into_iter().map(|(name, value)| (Address::Node(uri(name)), plain(value))).collect();
    let group = |id: &str| Who::Group(id.into());
    let filter = |mode, id: &str| Some((mode, id.to_string()));
    let other = "{\"@odata.type\":\"#microsoft.graph.configurationManagerCollectionAssignmentTarget\",\"collectionId\":\"SMS'00\\\\ü\"}";
    let assignment = |excluded, who, filter| Assignment { excluded, who, filter };
    let assignments = Assignments::from_iter([
        assignment(false, Who::AllDevices, None),
        assignment(false, Who::AllUsers, filter(FilterMode::Exclude, "6f7c1c6e-0000-4000-8000-000000000001")),
        assignment(false, group("0a0b0c0d-0000-4000-8000-000000000002"), filter(FilterMode::Include, "f1")),
        assignment(false, group("0a0b0c0d-0000-4000-8000-000000000003"), None),
        assignment(false, Who::Other(other.into()), None),
        assignment(true, group("0a0b0c0d-0000-4000-8000-000000000004"), None),
    ]);
    Profile {
        name: "Windows - Password reset at sign-in".into(),
        description: Some("Shows \"Reset password\".\nFor everybody.".into()),
        settings: Arc::new(settings),
        assignments: Some(assignments),
        scope_tags: Some(BTreeSet::from(["0".to_string(), "7".to_string()])),
    }
}

#[test]
fn digests_never_change() {
    let whole = everything();
    let bare = whole.restricted(Managed::default());
    let masked = |key: Option<&[u8]>| masked_digest(&whole, key);
    assert_eq!(readable_digest(&whole), "eYGLeeYyoRKvl37eHEB-JQ");
    assert_eq!(readable_digest(&bare), "DJn1yRgEb93qukQBfCVZxQ");
    assert_eq!(masked(None).as_deref(), Some("vAlxP5uor7_pKVkLCHNBEg"));
}

#[test]
fn a_keyed_digest_never_changes() {
    let mut secret = everything();
    let settings = Arc::make_mut(&mut secret.settings);
    for (_, setting) in settings.iter_mut().filter(|(_, setting)| setting.value.oma_type().is_masked()) {
        setting.shown = Some("${env:SECRET}".into());
    }
    assert_eq!(masked_digest(&secret, None), None);
    assert_eq!(masked_digest(&secret, Some(b"a key")).as_deref(), Some("k.ANziu6tvygmBCI8PTu3DTQ"));
}
