//! Reading what was written, and refusing what is invalid.

use proptest::prelude::*;

use super::{RegDocument, read};
use crate::setting::{Hive, RegistryAction, RegistryChange, RegistryData, RegistryKey, RegistryLocation};

fn set(key: &str, name: &str, data: RegistryData) -> RegistryChange {
    let key = RegistryKey::parse(key).expect("a key");
    RegistryChange::Value(RegistryLocation { key, name: name.into() }, RegistryAction::Set(data))
}

/// The errors with their lines, or else the changes.
fn reading(bytes: &[u8]) -> String {
    let mut problems = Vec::new();
    let entries = read("t.reg", bytes, &mut problems);
    let mut lines: Vec<String> = entries.iter().map(|e| format!("{} {:?}", e.place, e.change)).collect();
    lines.extend(problems.iter().map(|p| format!("{} {}", p.place.as_ref().map_or(0, |p| p.position().line), p.label)));
    lines.join("\n")
}

#[test]
fn every_type_is_written_as_regedit_does() {
    let key = r"HKLM\SOFTWARE\Contoso";
    let document = RegDocument::new([
        set(key, "", RegistryData::Sz(r#"C:\"x""#.into())),
        set(key, "a\\\"b", RegistryData::Dword(255)),
        set(key, "Be", RegistryData::DwordBigEndian(1)),
        set(key, "Binary", RegistryData::Binary((0..40).collect())),
        set(key, "Expand", RegistryData::ExpandSz("%a%".into())),
        set(key, "Lines", RegistryData::Sz("a\r\nb".into())),
        set(key, "Multi", RegistryData::MultiSz(vec!["a".into(), "b".into()])),
        set(key, "None", RegistryData::None(vec![])),
        set(key, "Qword", RegistryData::Qword(1)),
        RegistryChange::Value(
            RegistryLocation { key: RegistryKey::parse(r"HKCU\a]b").expect("a key"), name: String::new() },
            RegistryAction::Delete,
        ),
        RegistryChange::DeleteKey(RegistryKey::parse(&key.to_uppercase()).expect("a key")),
    ]);
    insta::assert_snapshot!(document.to_text().replace("\r\n", "\n"), @r#"
    Windows Registry Editor Version 5.00

    [HKEY_CURRENT_USER\a]b]
    @=-

    [-HKEY_LOCAL_MACHINE\SOFTWARE\CONTOSO]

    [HKEY_LOCAL_MACHINE\SOFTWARE\Contoso]
    @="C:\\\"x\""
    "a\\\"b"=dword:000000ff
    "Be"=hex(5):00,00,00,01
    "Binary"=hex:00,01,02,03,04,05,06,07,08,09,0a,0b,0c,0d,0e,0f,10,11,12,13,14,15,\
      16,17,18,19,1a,1b,1c,1d,1e,1f,20,21,22,23,24,25,26,27
    "Expand"=hex(2):25,00,61,00,25,00,00,00
    "Lines"=hex(1):61,00,0d,00,0a,00,62,00,00,00
    "Multi"=hex(7):61,00,00,00,62,00,00,00,00,00
    "None"=hex(0):
    "Qword"=hex(b):01,00,00,00,00,00,00,00
    "#);
}

#[test]
fn bytes_are_utf16_with_a_mark_and_an_empty_last_line() {
    let bytes = RegDocument::default().to_bytes();
    assert_eq!(bytes[..4], [0xff, 0xfe, b'W', 0]);
    assert_eq!(bytes[bytes.len() - 8..], [b'\r', 0, b'\n', 0, b'\r', 0, b'\n', 0]);
}

#[test]
fn files_written_by_people_are_read() {
    let text = "REGEDIT4\n; c\n#c\n\n  [hkey_local_machine\\A\\] b] ; c\n\"x\" = dword:1 ;c\n@=-\n\
                \"\"=hex(2):25,41,\\ ; c\n ; c\n\n  00,\n\"m\"=hex(7):61,00,00\n[-HKEY_CURRENT_USER\\A]\n[HKEY_USERS]\n";
    insta::assert_snapshot!(reading(text.as_bytes()), @r"
    t.reg:6:1 Set(HKLM\A\] b x, REG_DWORD)
    t.reg:7:1 Delete(HKLM\A\] b (Default))
    t.reg:8:1 Set(HKLM\A\] b (Default), REG_EXPAND_SZ)
    t.reg:12:1 Set(HKLM\A\] b m, REG_MULTI_SZ)
    t.reg:13:1 DeleteKey(HKCU\A)
    ");
}

#[test]
fn no_line_is_silently_dropped() {
    let text = "Windows Registry Editor Version 5.00\n\"a\"=\"b\"\n[HKLM\\A]\n\"a\"=\"b\"\n[ HKEY_USERS\\A]\n[HKEY_USERS\\A\n\
                [HKEY_FOO\\A]\n[HKEY_USERS\\A\\]\n[HKEY_USERS\\A]\nfoo\n\"a\"=\n\"a=\"b\"\n\"a\"=\"C:\\new\"\n\"a\"=\"b\" #c\n\
                \"a\"=\"b\n\"a\"=dword:000000001\n\"a\"=dword:g\n\"a\"=hex:1,g\n\"a\"=hex:01\\\n  ,02\n\"a\"=hex(2):61\n\
                \"a\"=hex(8):00\n\"a\"=hex(b):00\n\"a\"=hex(7):61,00,00,00,00,00,61,00\n\"a\"=DWORD:1\n[-HKEY_USERS\\A]\n\
                \"a\"=-\n[HKEY_USERS\\A]\n\"a\"=hex:00,\\\n";
    insta::assert_snapshot!(reading(text.as_bytes()), @r"
    t.reg:26:1 DeleteKey(HKU\A)
    2 this value is before the first key
    3 a key must begin with the full name of its root, such as `HKEY_LOCAL_MACHINE`
    5 a key must begin with the full name of its root, such as `HKEY_LOCAL_MACHINE`
    6 the closing bracket is missing
    7 a key must begin with the full name of its root, such as `HKEY_LOCAL_MACHINE`
    8 the key has an empty part (two backslashes in a row, or one at the end)
    10 this line is not a key, a value or a comment
    11 its data must be text in quotes, `dword:`, `hex:`, `hex(…):` or `-`
    12 the `=` after its name is missing
    13 `\n` is not a valid escape: write a backslash as `\\`
    14 unexpected `#c` at the end of the line
    15 the closing quote is missing
    16 `000000001` is not one to 8 hexadecimal digits
    17 `g` is not one to 8 hexadecimal digits
    18 `g` is not one to 2 hexadecimal digits
    19 a comma is missing before the backslash
    20 this line is not a key, a value or a comment
    21 its bytes are not valid UTF-16
    22 policies do not support values of type 8
    23 1 bytes, but 8 are needed
    24 its list contains an empty string
    25 its data must be text in quotes, `dword:`, `hex:`, `hex(…):` or `-`
    27 this value is in a key that is deleted
    29 its data is incomplete
    ");
}

#[test]
fn other_files_are_refused() {
    insta::assert_snapshot!(reading(b"Windows Registry Editor Version 5\n"), @"1 the first line must be `Windows Registry Editor Version 5.00` or `REGEDIT4`");
    insta::assert_snapshot!(reading(b"W\0i\0n\0"), @"1 the file is UTF-16 without a byte order mark, which Windows cannot read");
    insta::assert_snapshot!(reading(b"\xfe\xff\0W"), @"1 the file is UTF-16BE, which Windows cannot read: save it as UTF-16LE");
    insta::assert_snapshot!(reading(b"\xff\xfeW"), @"1 the file is not valid UTF-16");
    insta::assert_snapshot!(reading(b"REGEDIT4\r\n\xe4"), @"1 the byte at offset 10 is in an unknown code page: save the file as UTF-16LE");
    insta::assert_snapshot!(reading("REGEDIT4\r\n;\u{e4}".as_bytes()), @"1 UTF-8 without a byte order mark; Windows may read it in its own code page");
}

fn data() -> impl Strategy<Value = RegistryData> {
    let (text, item) = ("[^\0]{0,60}", proptest::collection::vec("[^\0]{1,12}", 0..4));
    let bytes = || proptest::collection::vec(any::<u8>(), 0..90);
    prop_oneof![
        text.prop_map(RegistryData::Sz),
        text.prop_map(RegistryData::ExpandSz),
        item.prop_map(RegistryData::MultiSz),
        any::<u32>().prop_map(RegistryData::Dword),
        any::<u32>().prop_map(RegistryData::DwordBigEndian),
        any::<u64>().prop_map(RegistryData::Qword),
        bytes().prop_map(RegistryData::Binary),
        bytes().prop_map(RegistryData::None),
    ]
}

fn key() -> impl Strategy<Value = RegistryKey> {
    let hive = prop_oneof![Just(Hive::LocalMachine), Just(Hive::CurrentUser), Just(Hive::ClassesRoot)];
    // Few letters, so that keys collide, and any others.
    let part = prop_oneof!["[aA]", r"[^\\\p{Cc}]{1,9}"];
    let path = proptest::collection::vec(part, 1..4).prop_map(|parts| parts.join("\\"));
    (hive, path).prop_map(|(hive, path)| RegistryKey { hive, path })
}

fn change() -> impl Strategy<Value = RegistryChange> {
    let action = prop_oneof![4 => data().prop_map(RegistryAction::Set), 1 => Just(RegistryAction::Delete)];
    let value = (key(), r"[^\p{Cc}]{0,9}", action)
        .prop_map(|(key, name, action)| RegistryChange::Value(RegistryLocation { key, name }, action));
    prop_oneof![5 => value, 1 => key().prop_map(RegistryChange::DeleteKey)]
}

proptest! {
    #[test]
    fn written_files_are_read_again(changes in proptest::collection::vec(change(), 0..8)) {
        let document = RegDocument::new(changes);
        let mut problems = Vec::new();
        let bytes = document.to_bytes();
        let entries = read("t.reg", &bytes, &mut problems);
        prop_assert_eq!(&problems, &vec![]);
        let again = RegDocument { changes: entries.into_iter().map(|entry| (*entry.change).clone()).collect() };
        prop_assert!(again == document, "{again:?} is not {document:?}");
        prop_assert_eq!(again.to_text(), document.to_text());
        prop_assert!(document.to_text().lines().all(|line| !line.starts_with("  ") || line.len() <= 80));
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200), text in "(?s).{0,200}") {
        reading(&bytes);
        let text = format!("REGEDIT4\r\n[HKEY_USERS\\A]\r\n{text}");
        reading(text.as_bytes());
    }
}
