//! The pure functions: how long reading, compiling, checking and comparing take. `cargo bench --bench functions`.

use std::collections::BTreeMap;
use std::sync::Arc;

use litemap::LiteMap;
use sspr_policy::catalogue::Catalogue;
use sspr_policy::compile::{Claims, Compiled, Context, Directory, NamedObject, Secrets, compile, resolve};
use sspr_policy::delivery::first_revision;
use sspr_policy::plan::{Desired, Fate, PlanOptions, build};
use sspr_policy::policy::{Configuration, Policy, read_configuration, read_policy};
use sspr_policy::profile::{Applied, Digests, LiveProfile, Marker, masked_digest, readable_digest};
use sspr_policy::rules;
use sspr_policy::setting::{Delivery, ObjectKey};
use sspr_policy::source::Source;

fn main() {
    divan::main();
}

/// The cost of a command that looks up one setting.
#[divan::bench]
fn catalogue_first_look_up() -> Option<String> {
    let catalogue = Catalogue::unpack();
    catalogue.resolve("WindowsLogon/HideFastUserSwitching").ok()?.node.map(|node| node.uri.clone())
}

/// The part of it that is unpacking; the rest is the cost of a lookup in plain text, in a program 3.2 MB larger.
#[divan::bench]
fn catalogue_unpacking_alone(bencher: divan::Bencher) {
    let table = include_str!("../schemas/catalogue.jsonl");
    let nodes = &table[..table.find("\n{\"policy\"").unwrap_or(table.len())];
    let mut packer = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
    std::io::Write::write_all(&mut packer, nodes.as_bytes()).expect("a vector takes everything");
    let packed = packer.finish().expect("a vector takes everything");
    bencher.bench(|| {
        let mut text = String::with_capacity(nodes.len());
        std::io::Read::read_to_string(&mut flate2::read::DeflateDecoder::new(packed.as_slice()), &mut text)
    });
}

#[divan::bench]
fn catalogue_each_further_look_up(bencher: divan::Bencher) {
    let uris: Vec<String> = Catalogue::embedded().uris().map(String::from).collect();
    // A new table, so that each of the 4,700 nodes is parsed for the first time.
    bencher.with_inputs(Catalogue::unpack).bench_refs(|catalogue| {
        uris.iter().filter(|uri| catalogue.resolve(uri.as_str()).is_ok_and(|found| found.node.is_some())).count()
    });
}

const CONFIGURATION: &str = "owner: bench\ndefault: sandbox\nenvironments:\n  sandbox: { tenant: sandbox }\n";

fn text(number: usize) -> String {
    format!(
        "name: Bench {number}\nsettings:\n  Camera/AllowCamera: Allowed\n  WindowsLogon/HideFastUserSwitching: 0\n  \
         DeviceLock/PreventLockScreenSlideShow: enabled\n  LAPS/Policies/PasswordLength: 21\n  \
         Personalization/LockScreenImageUrl: https://contoso.example/lock.jpg\nassignments:\n  include: [{{ group: Bench }}]\n"
    )
}

fn sources() -> Vec<Arc<Source>> {
    let source = |number: usize| Source::new(format!("policies/p{number}.yaml"), text(number).into_bytes());
    (0..1000).filter_map(|number| source(number).ok()).collect()
}

fn read(sources: &[Arc<Source>]) -> Vec<Policy> {
    let key = |number: usize| format!("p{number}");
    sources.iter().enumerate().filter_map(|(at, source)| read_policy(source, Some(&key(at)), &mut Vec::new())).collect()
}

fn configuration() -> (Configuration, Arc<Source>) {
    let source = Source::new("sspr-policy.yaml", CONFIGURATION.as_bytes().to_vec()).expect("text");
    (read_configuration(&source, &mut Vec::new()).expect("a configuration"), source)
}

fn compiled<'a>(
    policies: &[Policy],
    configuration: &'a Configuration,
    source: &'a Arc<Source>,
    files: &'a BTreeMap<String, Result<Vec<u8>, String>>,
) -> Vec<Compiled<'a>> {
    let context = Context {
        suggestions: Default::default(),
        catalogue: Catalogue::embedded(),
        configuration,
        configuration_source: source,
        environment: "sandbox",
        settings: configuration.environments.get("sandbox").expect("an environment"),
        tenant_id: "8f6d0000-0000-0000-0000-000000000000",
        secrets: &Secrets::Placeholders,
        files,
    };
    compile(policies, &context, &mut Vec::new())
}

#[divan::bench]
fn read_1000_policies(bencher: divan::Bencher) {
    let sources = sources();
    bencher.bench(|| read(&sources));
}

#[divan::bench]
fn compile_1000_policies(bencher: divan::Bencher) {
    let policies = read(&sources());
    let ((configuration, source), files) = (configuration(), BTreeMap::new());
    bencher.bench(|| compiled(&policies, &configuration, &source, &files).len());
}

#[divan::bench]
fn judge_1000_policies(bencher: divan::Bencher) {
    let policies = read(&sources());
    let ((configuration, source), files) = (configuration(), BTreeMap::new());
    let compiled = compiled(&policies, &configuration, &source, &files);
    bencher.bench(|| {
        let mut claims = Claims::default();
        compiled.iter().for_each(|policy| claims.add(policy));
        rules::evaluate(claims.iter(), [], Catalogue::embedded()).len()
    });
}

#[divan::bench]
fn plan_1000_unchanged_profiles(bencher: divan::Bencher) {
    let policies = read(&sources());
    let ((configuration, source), files) = (configuration(), BTreeMap::new());
    let directory =
        Directory { groups: vec![NamedObject { id: "1".into(), name: "Bench".into() }], ..Directory::default() };
    let (mut desired, mut live) = (Vec::new(), Vec::new());
    for policy in compiled(&policies, &configuration, &source, &files) {
        let profile = resolve(&policy, &directory, &mut Vec::new()).expect("names");
        let object = ObjectKey { key: policy.key.clone(), delivery: Delivery::Custom };
        let applied = Applied::Known(Digests {
            managed: profile.managed(),
            readable: readable_digest(&profile),
            masked: masked_digest(&profile, None),
            revision: first_revision(Delivery::Custom),
        });
        live.push(Arc::new(LiveProfile {
            delivery: object.delivery,
            id: policy.key.clone(),
            marker: Some(Marker { owner: "bench".into(), key: policy.key.clone(), applied }),
            profile: profile.clone(),
            revision: first_revision(Delivery::Custom),
            modified: String::new(),
            secret_references: LiteMap::new(),
            row_texts: LiteMap::new(),
        }));
        desired.push(Desired {
            object,
            fate: Fate::Kept,
            profile: Arc::new(profile),
            adopt: None,
            moved_from: Vec::new(),
            target: None,
            accepts: Vec::new(),
            place: policy.name_place.clone(),
        });
    }
    let options = PlanOptions { owner: "bench".into(), ..PlanOptions::default() };
    assert_eq!(build(&desired, &live, &options).unchanged.len(), 1000);
    bencher.bench(|| build(&desired, &live, &options).unchanged.len());
}
