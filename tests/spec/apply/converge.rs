//! After an apply the plan is empty for any policies, and the tenant has what they define.

use base64::Engine;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, select, subsequence};
use proptest::test_runner::{Config, RngSeed};
use serde_json::{Value, json};

use crate::harness::{Repository, text};

const GROUPS: [&str; 14] = [
    "SSPR Pilot",
    "Bob's PCs",
    "R&D #1 100% + A/B",
    "Größe Ölmühle",
    "''",
    "' or 1 eq 1 or '",
    "a \"quoted\" one",
    "back\\slash?&=;,:@!*()[]{}<>|^`~",
    "100%25 %27 $filter",
    "costs ${5}",
    "日本語 😀 👩‍👩‍👧",
    "e\u{301} decomposed",
    "é composed",
    "- # yaml: [no, {it: is}] &not *a !tag",
];
const FILTERS: [&str; 5] = ["Kiosk hardware", "Bob's filter", "Größe #1 + 100%", "\"", "${var:none}"];
const TAGS: [&str; 4] = ["Default", "Service Desk", "Bob's tag", "#1 ä/b"];

/// One policy in YAML, and its profile in Graph.
#[derive(Debug, Clone)]
struct Generated {
    policy: Value,
    name: String,
    /// Graph's type and value of each setting.
    settings: Vec<(&'static str, Value)>,
}

/// Text of all kinds, including what could cause problems in YAML, OData, JSON or URLs.
fn odd(longest: usize) -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[a-zA-Z0-9 ]{1,12}",
        2 => "\\PC{1,6}",
        3 => select(vec![
            "'", "\"", "#", "%", "+", "/", "\\", "&", "${", "$${", "$", "{", "}", "''", "%20", "%27", "<", ">", "]]>", "&amp;",
            ": ", "- ", " #", "ü", "ß", "日本語", "😀", "\u{301}", "\u{200b}", "\u{a0}", "\u{feff}", "\u{f000}", "\u{2028}", "[", "]",
            "~", "null", "true", "0x1", "1e3", "****", "\\n", "|", "@", "`", "?", "!", "*", "=",
        ]).prop_map(str::to_owned),
    ];
    vec(piece, 0..10).prop_map(move |pieces| pieces.concat().chars().take(longest).collect())
}

/// Text that may have several lines, and spaces at its ends.
fn lines() -> impl Strategy<Value = String> {
    let end = select(vec!["\n", "\r\n", "\n\n", "\t", " ", ""]);
    vec((odd(60), end), 0..5).prop_map(|lines| lines.into_iter().map(|(line, end)| line + end).collect())
}

/// `${` is escaped as `$${` where references are replaced.
fn escaped(text: &str) -> String {
    text.replace("${", "$${")
}

/// A name: not blank, and up to 200 characters.
fn name() -> impl Strategy<Value = String> {
    (odd(99), "[A-Za-z]", odd(99), any::<bool>()).prop_map(|(before, middle, after, long)| {
        let name = format!("{before}{middle}{after}");
        if long { name.chars().cycle().take(200).collect() } else { name }
    })
}

/// A value in YAML, with Graph's type and value.
fn setting() -> impl Strategy<Value = (Value, &'static str, Value)> {
    let encode = |bytes: &[u8]| base64::engine::general_purpose::STANDARD.encode(bytes);
    let text = || lines().prop_filter("a mask is no value", |text| text != "****");
    let filled = || text().prop_filter("a raw value is not blank", |text| !text.trim().is_empty());
    let xml = text().prop_map(|text: String| format!("<b>{}</b>", text.replace('<', "&lt;")));
    let float = prop::num::f32::NORMAL | prop::num::f32::ZERO | prop::num::f32::SUBNORMAL;
    let instant = (0i64..4_000_000_000, 0i32..1_000_000_000, -14i8..=14, 0usize..=9);
    prop_oneof![
        any::<i32>().prop_map(|n| (json!({ "type": "integer", "value": n }), "Integer", json!(n))),
        any::<bool>().prop_map(|b| (json!({ "type": "boolean", "value": b }), "Boolean", json!(b))),
        any::<i32>().prop_map(|n| (json!({ "type": "string", "value": n }), "String", json!(n.to_string()))),
        text().prop_map(|t| (json!({ "type": "string", "value": escaped(&t) }), "String", json!(t))),
        filled().prop_map(|t| (json!({ "type": "string", "raw": escaped(&t) }), "String", json!(t))),
        xml.prop_map(|t| (json!({ "type": "xml", "raw": escaped(&t) }), "StringXml", json!(t))),
        vec(any::<u8>(), 1..40)
            .prop_map(move |b| { (json!({ "type": "base64", "base64": encode(&b) }), "Base64", json!(encode(&b))) }),
        float.prop_map(|f| {
            let shortest: f64 = f.to_string().parse().unwrap();
            (json!({ "type": "float", "value": shortest }), "FloatingPoint", json!(shortest))
        }),
        instant.prop_map(|(seconds, nanos, hours, digits)| {
            let offset = jiff::tz::Offset::constant(hours);
            let nanos = nanos / 10_i32.pow(9 - digits as u32) * 10_i32.pow(9 - digits as u32);
            let moment = jiff::Timestamp::new(seconds, nanos).unwrap();
            let written = moment.display_with_offset(offset).to_string();
            (json!({ "type": "datetime", "value": written }), "DateTime", json!(moment.to_string()))
        }),
    ]
}

fn assignments() -> impl Strategy<Value = Value> {
    let groups = subsequence(GROUPS.to_vec(), 0..6);
    let all = subsequence(vec!["devices", "users"], 0..=2);
    (groups, all, vec((any::<bool>(), option::of((any::<bool>(), select(FILTERS.to_vec())))), 8)).prop_map(
        |(groups, all, how)| {
            let filtered = |mut target: Value, filter: &Option<(bool, &str)>| {
                match filter {
                    Some((true, name)) => target["filter"] = json!(escaped(name)),
                    Some((false, name)) => target["filter"] = json!({ "exclude": escaped(name) }),
                    None => {}
                }
                target
            };
            let (mut include, mut exclude) = (Vec::new(), Vec::new());
            for (group, (excluded, filter)) in groups.iter().zip(&how) {
                let target = json!({ "group": escaped(group) });
                if *excluded { exclude.push(target) } else { include.push(filtered(target, filter)) }
            }
            for (all, (_, filter)) in all.iter().zip(&how[6..]) {
                include.push(filtered(json!({ "all": all }), filter));
            }
            json!({ "include": include, "exclude": exclude })
        },
    )
}

fn policy() -> impl Strategy<Value = Generated> {
    let settings = vec((setting(), odd(12)), 1..8);
    let tags = subsequence(TAGS.to_vec(), 0..=TAGS.len());
    (
        name(),
        option::of((lines(), "[A-Z]", lines()).prop_map(|(a, b, c)| a + &b + &c)),
        settings,
        option::of(assignments()),
        option::of(tags),
        any::<Index>(),
    )
        .prop_map(|(name, description, settings, assignments, tags, node)| {
            // Two policies never set the same node, because that would be a finding.
            let node = node.index(usize::MAX);
            let mut policy = json!({ "name": escaped(&name), "settings": {} });
            let mut expected = Vec::new();
            for (at, ((mut value, kind, plain), odd)) in settings.into_iter().enumerate() {
                let odd = odd.replace(['/', '\\', '{', '}'], "-");
                value["unchecked"] = json!("our own");
                policy["settings"][format!("./Device/Vendor/MSFT/Contoso/{node}/{at}{odd}.")] = value;
                expected.push((kind, plain));
            }
            if let Some(description) = description {
                policy["description"] = json!(escaped(&description));
            }
            if let Some(assignments) = assignments {
                policy["assignments"] = assignments;
            }
            if let Some(tags) = tags {
                policy["scope_tags"] = json!(tags);
            }
            Generated { policy, name, settings: expected }
        })
}

fn repository() -> Repository {
    let seed = json!({ "groups": GROUPS, "filters": FILTERS, "scope_tags": TAGS });
    Repository::new(&format!(
        "owner: contoso\ndefault: sandbox\nenvironments:\n  sandbox: {{ tenant: sandbox, seed: {seed} }}\n"
    ))
}

/// Applies, and checks that nothing is left to change and that the tenant is correct.
fn converges(repo: &Repository, policies: &[Generated]) {
    for (at, generated) in policies.iter().enumerate() {
        repo.policy(&format!("p{at}"), &format!("{:#}", generated.policy));
    }
    repo.apply().succeeds();
    repo.assert_converged();
    let portal = repo.portal();
    let profiles = portal.profiles();
    for (at, generated) in policies.iter().enumerate() {
        let marker = format!("Managed by sspr-policy, do not edit: contoso p{at} [");
        let profile = profiles.iter().find(|one| text(&one["description"]).contains(&marker)).unwrap();
        assert_eq!(profile["displayName"], json!(generated.name));
        let written = profile["omaSettings"].as_array().unwrap();
        let held: Vec<(String, Value)> = written
            .iter()
            .map(|one| match (text(&one["@odata.type"]), portal.plain(profile, one)) {
                // The proxy is written in JavaScript, which changes 0.0 to 0.
                (kind, value) if kind.ends_with("FloatingPoint") => (kind, json!(value.as_f64())),
                other => other,
            })
            .collect();
        let kind = |kind: &str| format!("#microsoft.graph.omaSetting{kind}");
        let wanted: Vec<(String, Value)> =
            generated.settings.iter().map(|(short, value)| (kind(short), value.clone())).collect();
        assert_eq!(held, wanted);
    }
}

fn config() -> Config {
    // The same cases in every run, unless PROPTEST_RNG_SEED and PROPTEST_CASES are set.
    let given = Config::default();
    let rng_seed = if given.rng_seed == RngSeed::Random { RngSeed::Fixed(2018) } else { given.rng_seed };
    let cases = if std::env::var_os("PROPTEST_CASES").is_some() { given.cases } else { 40 };
    let shrinks = std::env::var_os("PROPTEST_MAX_SHRINK_ITERS").map_or(200, |_| given.max_shrink_iters);
    Config { cases, rng_seed, max_shrink_iters: shrinks, failure_persistence: None, ..given }
}

proptest! {
    #![proptest_config(config())]

    /// New profiles, and then the same profiles with different contents.
    #[test]
    fn after_an_apply_the_plan_is_empty(before in vec(policy(), 1..4), after in vec(policy(), 3)) {
        let repo = repository();
        converges(&repo, &before);
        converges(&repo, &after);
    }
}

#[test]
fn a_thousand_settings_in_one_policy() {
    let repo = repository();
    let mut policy =
        json!({ "name": "A thousand", "settings": {}, "assignments": { "include": [{ "all": "devices" }] } });
    for at in 0..1000 {
        let value = if at % 2 == 0 {
            json!({ "type": "integer", "value": at })
        } else {
            json!({ "type": "string", "value": format!("ü{at}") })
        };
        let uri = format!("./Device/Vendor/MSFT/Contoso/{at:04}");
        policy["settings"][uri] = value;
        policy["settings"][format!("./Device/Vendor/MSFT/Contoso/{at:04}")]["unchecked"] = json!("our own");
    }
    repo.policy("thousand", &format!("{policy:#}"));
    repo.apply().succeeds();
    repo.assert_converged();
    policy["settings"]["./Device/Vendor/MSFT/Contoso/0999"]["value"] = json!("other");
    repo.policy("thousand", &format!("{policy:#}"));
    assert!(repo.planned().contains("Plan: 0 to add, 1 to change, 0 to delete"));
    repo.apply().succeeds();
    repo.assert_converged();
}

/// Line endings that the portal would change are not a difference.
#[test]
fn a_description_with_old_line_ends() {
    let repo = repository();
    let policy =
        json!({ "name": "Old", "description": "one\rtwo\r\nthree\r", "settings": { "AboveLock/AllowToasts": 0 } });
    repo.policy("old", &policy.to_string());
    repo.apply().succeeds();
    repo.assert_converged();
}
