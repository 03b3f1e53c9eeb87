//! Policies exported to `.reg` files and Group Policy templates.
//!
//! `SSPR_POLICY_EXPORTS=DIR cargo test --test spec -- --ignored exports::` writes exports for `.ci/check-formats DIR`,
//! which checks them with Samba and xmllint.

mod admx;
mod reg;

use std::collections::BTreeMap;

use sspr_policy::catalogue::Catalogue;
use sspr_policy::compile::{Compiled, Context, Secrets, compile};
use sspr_policy::diagnostic::Diagnostic;
use sspr_policy::formats::reg::Division;
use sspr_policy::formats::{Export, ExportFile, admx as admx_files};
use sspr_policy::policy::{Policy, read_configuration, read_policy};
use sspr_policy::source::Source;

/// Compiles policies and passes them on. The first line of each is its key.
fn compiled<T>(policies: &[&str], then: impl FnOnce(&[&Compiled<'_>]) -> T) -> T {
    let configuration = "owner: contoso\ndefault: lab\nenvironments:\n  lab: { tenant: sandbox }\n";
    let source = |path: &str, text: &str| Source::new(path, text.into()).expect("UTF-8");
    let mut problems = Vec::new();
    let configuration_source = source("sspr-policy.yaml", configuration);
    let configuration = read_configuration(&configuration_source, &mut problems).expect("a configuration");
    let read = |text: &&str| {
        let (key, text) = text.split_once('\n').expect("a key in the first line");
        read_policy(&source(&format!("{key}.yaml"), &text.replace("LONG", &long())), Some(key), &mut problems)
    };
    let policies: Option<Vec<Policy>> = policies.iter().map(read).collect();
    assert_eq!(problems, []);
    let context = Context {
        catalogue: Catalogue::embedded(),
        configuration: &configuration,
        configuration_source: &configuration_source,
        environment: "lab",
        settings: configuration.environments.get("lab").expect("the environment"),
        tenant_id: "8f6d0000-0000-0000-0000-000000000000",
        secrets: &Secrets::Placeholders,
        files: &BTreeMap::new(),
        suggestions: Default::default(),
    };
    let compiled = compile(&policies.expect("policies"), &context, &mut problems);
    assert_eq!(problems, []);
    then(&compiled.iter().collect::<Vec<_>>())
}

/// The problems, one line each.
fn said(problems: &[Diagnostic]) -> String {
    let line = |p: &Diagnostic| {
        let place = p.place.as_ref().map(ToString::to_string).unwrap_or_default();
        let related =
            p.related.iter().map(|related| format!("; {} {}", related.place, related.label)).collect::<String>();
        format!("{} {place} {}: {}{related}", p.kind.code(), p.message, p.label)
    };
    problems.iter().map(line).collect::<Vec<_>>().join("\n")
}

const WHOLE: Division<'_> = Division::Whole("all.reg");

/// The text of a `.reg` file.
fn text_of(file: &ExportFile) -> String {
    let units: Vec<u16> = file.bytes.chunks(2).skip(1).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
    String::from_utf16(&units).expect("UTF-16")
}

/// The texts of an ADMX and its ADML file.
fn texts(export: &Export) -> (String, String) {
    let text = |file: &ExportFile| String::from_utf8(file.bytes.clone()).expect("UTF-8");
    (text(&export.files[0]), text(&export.files[1]))
}

fn to_admx(policies: &[&str]) -> Result<Export, String> {
    compiled(policies, |policies| {
        let mut problems = Vec::new();
        admx_files::export(policies, "contoso-endpoint", None, false, &mut problems).ok_or_else(|| said(&problems))
    })
}

const RESET: &str =
    "sspr/reset\nname: Windows - Password reset\nsettings: { Authentication/AllowAadPasswordReset: allowed }\n";

/// Longer than the 255 characters that a template's value may have.
fn long() -> String {
    "long".repeat(70)
}

/// Every type, and text that is easily written incorrectly.
const EVERYTHING: &str = r#"all
name: All & <every> "thing"
settings:
  Authentication/AllowAadPasswordReset: 0
registry:
  HKLM\SOFTWARE\Contoso\Ünï [x] 😀:
    (Default): default
    Quote "and" \back: 'C:\a "b" \\'
    Empty: ""
    Ümläut 😀: 日本語 😀 “ß”
    Lines: "a\r\nb"
    Tab: "a\tb"
    Long: LONG
    ";comment": '; # [x]'
    Percent: { expand_sz: '%SystemRoot%\ü' }
    EmptyExpand: { expand_sz: "" }
    Zero: 0
    Max: 4294967295
    Big: { qword: "0xffffffffffffffff" }
    BigEndian: { dword_big_endian: 1 }
    List: [one, zwö, "thrée \\ \""]
    EmptyList: []
    Bytes: { binary: "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f2021222324252627" }
    NoBytes: { binary: "" }
    None: { none: "01 02" }
    Gone: null
  HKCU\Software\Contoso\TLS 1.2:
    Enabled: 1
    Name: <a> & "b" 'c'
"#;
