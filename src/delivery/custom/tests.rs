//! A profile that is written to Intune is read back as the same profile.

use proptest::collection::{btree_set, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::delivery::write_assignments;
use crate::profile::{Applied, Assignment, normal_text};
use crate::setting::{FilterMode, OmaUri, OmaValue, Who};

fn value() -> impl Strategy<Value = OmaValue> {
    let value = prop_oneof![
        any::<i64>().prop_map(OmaValue::Integer),
        any::<bool>().prop_map(OmaValue::Boolean),
        any::<f32>().prop_filter("finite", |number| number.is_finite()).prop_map(OmaValue::Float),
        (0_i64..4_000_000_000).prop_map(|second| {
            let instant = jiff::Timestamp::from_second(second).expect("an instant");
            OmaValue::DateTime(instant.to_string().into())
        }),
        any::<String>().prop_map(|text| OmaValue::String(text.into())),
        any::<String>().prop_map(|text| OmaValue::Xml(text.into())),
        vec(any::<u8>(), 0..40).prop_map(|bytes| OmaValue::Base64(bytes.into())),
    ];
    // The placeholder that Intune shows instead of a value is never written.
    value.prop_filter("no mask", |value| !value.is_mask())
}

fn assignment() -> impl Strategy<Value = Assignment> {
    let filter = || option::of((select(vec![FilterMode::Include, FilterMode::Exclude]), "[0-9a-f]{8}"));
    let other =
        "{\"@odata.type\":\"#microsoft.graph.configurationManagerCollectionAssignmentTarget\",\"collectionId\":\"S1\"}";
    prop_oneof![
        ("[0-9a-f]{8}", filter()).prop_map(|(id, filter)| (false, Who::Group(id), filter)),
        "[0-9a-f]{8}".prop_map(|id| (true, Who::Group(id), None)),
        filter().prop_map(|filter| (false, Who::AllDevices, filter)),
        filter().prop_map(|filter| (false, Who::AllUsers, filter)),
        Just((false, Who::Other(other.into()), None)),
    ]
    .prop_map(|(excluded, who, filter)| Assignment { excluded, who, filter })
}

prop_compose! {
    fn profile()(
        name in any::<String>(),
        description in "[a-zA-Z \n\"ü]{0,80}",
        // Few names, so that some rows repeat.
        settings in vec(("[A-B]/[A-Za-z]", value(), any::<bool>()), 0..8),
        assignments in vec(assignment(), 0..5),
        tags in btree_set("[0-9]{1,3}", 0..3),
    ) -> Profile {
        let mut rows = Settings::new();
        for (name, value, is_read_only) in settings {
            let uri = OmaUri::verbatim(&format!("./Device/Vendor/MSFT/Contoso/{name}"));
            let is_read_only = is_read_only && matches!(value, OmaValue::Integer(_));
            let mut address = if is_read_only { Address::ReadOnly(uri, 0) } else { Address::Node(uri) };
            while rows.contains_key(&address) {
                address = address.next();
            }
            rows.insert(address, Setting { value, shown: None });
        }
        Profile {
            name,
            description: Some(normal_text(&description)),
            settings: Arc::new(rows),
            assignments: Some(assignments.into_iter().collect()),
            scope_tags: Some(canonical_tags(tags)),
        }
    }
}

proptest! {
    #[test]
    fn a_profile_comes_back_as_it_was_written(profile in profile()) {
        let marker = Marker { owner: "contoso".into(), key: "a/b".into(), applied: Applied::Damaged };
        let mut body = write(&profile, None, &marker, false);
        body["id"] = json!("5f1c");
        body["version"] = json!(3);
        let assignments = profile.assignments.clone().unwrap_or_default();
        body["assignments"] = write_assignments(&assignments)["assignments"].clone();
        let found: DeviceConfiguration = serde_json::from_str(&body.to_string()).expect("a body");
        prop_assert_eq!(&found.unclear, &Vec::new());
        let live = read(found, &|_, uri| uri);
        prop_assert_eq!(&live.profile, &profile);
        prop_assert_eq!(live.marker, Some(marker));
        prop_assert_eq!(live.revision, Revision::of_token(3));
        prop_assert!(live.row_texts.is_empty() && live.secret_references.is_empty());
    }
}
