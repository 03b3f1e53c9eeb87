//! `.reg` files.

use sspr_policy::formats::reg;

use super::{EVERYTHING, RESET, WHOLE, compiled, long, said, text_of, to_admx};

/// The text of the `.reg` file, or the errors.
fn to_reg(policies: &[&str]) -> String {
    compiled(policies, |policies| {
        let mut problems = Vec::new();
        match reg::export(policies, WHOLE, false, &mut problems) {
            Some(export) => text_of(&export.files[0]).replace("\r\n", "\n"),
            None => said(&problems),
        }
    })
}

#[test]
fn a_policy_becomes_a_reg_file() {
    insta::assert_snapshot!(to_reg(&[RESET, "x\nname: x\nsettings:\n  WindowsLogon/HideFastUserSwitching: 0\n  \
        User/ADMX_WinLogon/CustomShell: { enabled: explorer.exe }\n  Experience/AllowWindowsConsumerFeatures:\n    \
        value: 0\n    registry: { HKLM\\Software\\Stated: { Value: 7 } }\nregistry:\n  HKLM\\A: null\n  hklm\\a\\b: { x: null }\n"]), @r#"
    Windows Registry Editor Version 5.00

    [HKEY_CURRENT_USER\Software\Microsoft\Windows\CurrentVersion\Policies\System]
    "Shell"="explorer.exe"

    [-HKEY_LOCAL_MACHINE\A]

    [HKEY_LOCAL_MACHINE\Software\Microsoft\Windows\CurrentVersion\Policies\System]
    "HideFastUserSwitching"=dword:00000000

    [HKEY_LOCAL_MACHINE\SOFTWARE\Policies\Microsoft\AzureADAccount]
    "AllowPasswordReset"=dword:00000001

    [HKEY_LOCAL_MACHINE\Software\Stated]
    "Value"=dword:00000007
    "#);
}

#[test]
fn every_type_is_written_and_read_again() {
    let (bytes, text) = compiled(&[EVERYTHING], |policies| {
        let export = reg::export(policies, WHOLE, false, &mut Vec::new()).expect("no problem");
        (export.files[0].bytes.clone(), text_of(&export.files[0]))
    });
    let mut problems = Vec::new();
    let read = reg::read("all.reg", &bytes, &mut problems);
    assert_eq!(problems, []);
    assert_eq!(reg::RegDocument::new(read.into_iter().map(|entry| (*entry.change).clone())).to_text(), text);
    insta::assert_snapshot!(text.replace("\r\n", "\n").replace(&long(), "LONG"), @r#"
    Windows Registry Editor Version 5.00

    [HKEY_CURRENT_USER\Software\Contoso\TLS 1.2]
    "Enabled"=dword:00000001
    "Name"="<a> & \"b\" 'c'"

    [HKEY_LOCAL_MACHINE\SOFTWARE\Contoso\Ünï [x] 😀]
    @="default"
    ";comment"="; # [x]"
    "Big"=hex(b):ff,ff,ff,ff,ff,ff,ff,ff
    "BigEndian"=hex(5):00,00,00,01
    "Bytes"=hex:00,01,02,03,04,05,06,07,08,09,0a,0b,0c,0d,0e,0f,10,11,12,13,14,15,\
      16,17,18,19,1a,1b,1c,1d,1e,1f,20,21,22,23,24,25,26,27
    "Empty"=""
    "EmptyExpand"=hex(2):00,00
    "EmptyList"=hex(7):00,00
    "Gone"=-
    "Lines"=hex(1):61,00,0d,00,0a,00,62,00,00,00
    "List"=hex(7):6f,00,6e,00,65,00,00,00,7a,00,77,00,f6,00,00,00,74,00,68,00,72,\
      00,e9,00,65,00,20,00,5c,00,20,00,22,00,00,00,00,00
    "Long"="LONG"
    "Max"=dword:ffffffff
    "NoBytes"=hex:
    "None"=hex(0):01,02
    "Percent"=hex(2):25,00,53,00,79,00,73,00,74,00,65,00,6d,00,52,00,6f,00,6f,00,\
      74,00,25,00,5c,00,fc,00,00,00
    "Quote \"and\" \\back"="C:\\a \"b\" \\\\"
    "Tab"=hex(1):61,00,09,00,62,00,00,00
    "Zero"=dword:00000000
    "Ümläut 😀"="日本語 😀 “ß”"

    [HKEY_LOCAL_MACHINE\SOFTWARE\Policies\Microsoft\AzureADAccount]
    "AllowPasswordReset"=dword:00000000
    "#);
}

#[test]
fn values_of_a_retired_policy_are_deleted_unless_an_active_one_sets_them() {
    let retired = "old\nname: old\nstate: retired\nsettings:\n  Authentication/AllowAadPasswordReset: 1\n  \
        WindowsLogon/HideFastUserSwitching: 0\n  AboveLock/AllowToasts: 0\n  Experience/AllowWindowsConsumerFeatures:\n    \
        value: 0\n    registry: { HKLM\\Software\\Stated: { Value: 7 } }\n\
        registry:\n  HKLM\\A: { set: 1, gone: null }\n  HKLM\\B: null\n";
    insta::assert_snapshot!(to_reg(&[RESET, retired]), @r#"
    Windows Registry Editor Version 5.00

    [HKEY_LOCAL_MACHINE\A]
    "set"=-

    [HKEY_LOCAL_MACHINE\Software\Microsoft\Windows\CurrentVersion\Policies\System]
    "HideFastUserSwitching"=-

    [HKEY_LOCAL_MACHINE\SOFTWARE\Policies\Microsoft\AzureADAccount]
    "AllowPasswordReset"=dword:00000001

    [HKEY_LOCAL_MACHINE\Software\Stated]
    "Value"=-
    "#);
}

#[test]
fn settings_without_an_exact_registry_form_are_refused_or_listed() {
    let policy = "p\nname: p\nsettings:\n  AboveLock/AllowToasts: 0\n  Authentication/AllowAadPasswordReset: 1\n  \
        Personalization/LockScreenImageUrl: https://contoso.example/lock.jpg\n";
    insta::assert_snapshot!(to_reg(&[policy]), @r"
    SP0303 p.yaml:5:3 Personalization/LockScreenImageUrl cannot be written in this format: HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\PersonalizationCSP LockScreenImageUrl covers only a part of it
    SP0303 p.yaml:3:3 AboveLock/AllowToasts cannot be written in this format: no registry value is known for this setting
    ");
    let listed = compiled(&[policy], |policies| {
        let export = reg::export(policies, WHOLE, true, &mut Vec::new()).expect("no error");
        assert_eq!(text_of(&export.files[0]).matches('=').count(), 1);
        export
            .unsupported
            .iter()
            .map(|u| format!("{} {} {}: {}\n", u.place, u.policy, u.name, u.reason))
            .collect::<String>()
    });
    insta::assert_snapshot!(listed, @r"
    p.yaml:5:3 p Personalization/LockScreenImageUrl: HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\PersonalizationCSP LockScreenImageUrl covers only a part of it
    p.yaml:3:3 p AboveLock/AllowToasts: no registry value is known for this setting
    ");
}

#[test]
fn contradictions_show_both_places() {
    let (a, b) = (
        "a\nname: a\nregistry:\n  HKLM\\A: { x: 1, y: 1, z: null }\n  HKLM\\B: null\n",
        "b\nname: b\nsettings:\n  Authentication/AllowAadPasswordReset: 0\nregistry:\n  hklm\\a: { X: 1, Y: 2, z: \"\" }\n  HKLM\\B\\C: { x: 1, y: null }\n  HKLM\\BB: { x: 1 }\n",
    );
    insta::assert_snapshot!(to_reg(&[a, b, RESET]), @r"
    SP0304 b.yaml:5:22 HKLM\A y has two different values: different value here; a.yaml:3:22 first value here
    SP0304 b.yaml:5:28 HKLM\A z has two different values: different value here; a.yaml:3:28 first value here
    SP0304 sspr/reset.yaml:2:51 HKLM\SOFTWARE\Policies\Microsoft\AzureADAccount AllowPasswordReset has two different values: different value here, by Authentication/AllowAadPasswordReset; b.yaml:3:41 first value here, by Authentication/AllowAadPasswordReset
    SP0304 b.yaml:6:18 HKLM\B\C x is set, but another policy deletes its key: set here; a.yaml:4:3 the key is deleted here
    ");
    assert_eq!(
        to_admx(&["a\nname: a\nregistry:\n  HKLM\\A: { x: 1 }\n", "b\nname: b\nregistry:\n  HKLM\\A: { x: 2 }\n"])
            .err(),
        Some(
            "SP0304 b.yaml:3:16 HKLM\\A x has two different values: different value here; a.yaml:3:16 first value here"
                .into()
        )
    );
}

#[test]
fn secrets_are_never_exported() {
    let policy = "p\nname: p\nregistry:\n  HKLM\\A: { x: '${env:SECRET}' }\nsettings:\n  \
        LocalPoliciesSecurityOptions/InteractiveLogon_MessageTitleForUsersAttemptingToLogOn: '${env:SECRET}'\n";
    insta::assert_snapshot!(to_reg(&[policy]), @"
    SP0307 p.yaml:5:88 a secret would be written to a file as plain text: this value contains a secret
    SP0307 p.yaml:3:16 a secret would be written to a file as plain text: this value contains a secret
    ");
    insta::assert_snapshot!(to_admx(&[policy]).expect_err("a secret"), @"SP0307 p.yaml:3:16 a secret would be written to a file as plain text: this value contains a secret");
}
