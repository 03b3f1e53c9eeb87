//! Policies as people write them, exported to `.reg` files and Group Policy templates.
//!
//! `SSPR_POLICY_EXPORTS=DIR cargo test --test formats -- --ignored` writes exports for `.ci/check-formats DIR`,
//! which asks Samba and xmllint what they think of them.

use std::collections::BTreeMap;

use sspr_policy::catalogue::Catalogue;
use sspr_policy::compile::{Compiled, Context, Secrets, compile};
use sspr_policy::diagnostic::Diagnostic;
use sspr_policy::formats::{Export, ExportFile, ExportRemark, admx, reg};
use sspr_policy::policy::{Policy, read_configuration, read_policy};
use sspr_policy::source::Source;

/// Compiles policies and hands them on. The first line of each is its key.
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
    };
    let compiled = compile(&policies.expect("policies"), &context, &mut problems);
    assert_eq!(problems, []);
    then(&compiled.iter().collect::<Vec<_>>())
}

/// The problems as people would see them, one line each.
fn said(problems: &[Diagnostic]) -> String {
    let line = |p: &Diagnostic| {
        let place = p.place.as_ref().map(ToString::to_string).unwrap_or_default();
        let related = p.related.iter().map(|(place, text)| format!("; {place} {text}")).collect::<String>();
        format!("{} {place} {}: {}{related}", p.kind.code(), p.message, p.label)
    };
    problems.iter().map(line).collect::<Vec<_>>().join("\n")
}

const WHOLE: reg::Division<'_> = reg::Division::Whole("all.reg");

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

/// The `.reg` file's text, or what is wrong.
fn to_reg(policies: &[&str]) -> String {
    compiled(policies, |policies| {
        let mut problems = Vec::new();
        match reg::export(policies, WHOLE, false, &mut problems) {
            Some(export) => text_of(&export.files[0]).replace("\r\n", "\n"),
            None => said(&problems),
        }
    })
}

fn to_admx(policies: &[&str]) -> Result<Export, String> {
    compiled(policies, |policies| {
        let mut problems = Vec::new();
        admx::export(policies, "contoso-endpoint", None, false, &mut problems).ok_or_else(|| said(&problems))
    })
}

const RESET: &str =
    "sspr/reset\nname: Windows - Password reset\nsettings: { Authentication/AllowAadPasswordReset: allowed }\n";

/// Longer than the 255 characters that a template's value may have.
fn long() -> String {
    "long".repeat(70)
}

/// Every type, and texts that are easily written wrongly.
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
fn a_retired_policy_is_taken_back_where_nobody_active_sets_the_same() {
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
fn what_has_no_exact_registry_form_is_refused_or_listed() {
    let policy = "p\nname: p\nsettings:\n  AboveLock/AllowToasts: 0\n  Authentication/AllowAadPasswordReset: 1\n  \
        Personalization/LockScreenImageUrl: https://contoso.example/lock.jpg\n";
    insta::assert_snapshot!(to_reg(&[policy]), @r"
    SP0303 p.yaml:5:3 Personalization/LockScreenImageUrl cannot be written in this format: HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\PersonalizationCSP LockScreenImageUrl holds only a part of it
    SP0303 p.yaml:3:3 AboveLock/AllowToasts cannot be written in this format: no registry value is known that sets the same
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
    p.yaml:5:3 p Personalization/LockScreenImageUrl: HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\PersonalizationCSP LockScreenImageUrl holds only a part of it
    p.yaml:3:3 p AboveLock/AllowToasts: no registry value is known that sets the same
    ");
}

#[test]
fn contradictions_name_both_places() {
    let (a, b) = (
        "a\nname: a\nregistry:\n  HKLM\\A: { x: 1, y: 1, z: null }\n  HKLM\\B: null\n",
        "b\nname: b\nsettings:\n  Authentication/AllowAadPasswordReset: 0\nregistry:\n  hklm\\a: { X: 1, Y: 2, z: \"\" }\n  HKLM\\B\\C: { x: 1, y: null }\n  HKLM\\BB: { x: 1 }\n",
    );
    insta::assert_snapshot!(to_reg(&[a, b, RESET]), @r"
    SP0304 b.yaml:5:22 HKLM\A y gets two contents: another content here; a.yaml:3:22 one content here
    SP0304 b.yaml:5:28 HKLM\A z gets two contents: another content here; a.yaml:3:28 one content here
    SP0304 sspr/reset.yaml:2:51 HKLM\SOFTWARE\Policies\Microsoft\AzureADAccount AllowPasswordReset gets two contents: another content here, by Authentication/AllowAadPasswordReset; b.yaml:3:41 one content here, by Authentication/AllowAadPasswordReset
    SP0304 b.yaml:6:18 HKLM\B\C x is set in a key that another policy deletes: set here; a.yaml:4:3 the key is deleted here
    ");
    assert_eq!(
        to_admx(&["a\nname: a\nregistry:\n  HKLM\\A: { x: 1 }\n", "b\nname: b\nregistry:\n  HKLM\\A: { x: 2 }\n"])
            .err(),
        Some(
            "SP0304 b.yaml:3:16 HKLM\\A x gets two contents: another content here; a.yaml:3:16 one content here".into()
        )
    );
}

#[test]
fn secrets_stay_out_of_files() {
    let policy = "p\nname: p\nregistry:\n  HKLM\\A: { x: '${env:SECRET}' }\nsettings:\n  \
        LocalPoliciesSecurityOptions/InteractiveLogon_MessageTitleForUsersAttemptingToLogOn: '${env:SECRET}'\n";
    insta::assert_snapshot!(to_reg(&[policy]), @"
    SP0307 p.yaml:5:88 a secret would be written to a file in plain text: this value holds a secret
    SP0307 p.yaml:3:16 a secret would be written to a file in plain text: this value holds a secret
    ");
    insta::assert_snapshot!(to_admx(&[policy]).expect_err("a secret"), @"SP0307 p.yaml:3:16 a secret would be written to a file in plain text: this value holds a secret");
}

#[test]
fn the_missing_template_is_made() {
    let off = RESET.replace("sspr/reset", "sspr/off").replace("allowed", "0");
    let export = to_admx(&[RESET]).expect("no problem");
    let paths: Vec<&str> = export.files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(paths, ["sspr-policy-contoso-endpoint.admx", "en-US/sspr-policy-contoso-endpoint.adml"]);
    let (admx, adml) = texts(&export);
    insta::assert_snapshot!(admx, @r#"
    <?xml version="1.0" encoding="utf-8"?>
    <policyDefinitions xmlns="http://schemas.microsoft.com/GroupPolicy/2006/07/PolicyDefinitions" revision="1.0" schemaVersion="1.0">
      <policyNamespaces>
        <target prefix="SsprPolicy_contoso_endpoint" namespace="SsprPolicy.contoso_endpoint"/>
      </policyNamespaces>
      <resources minRequiredRevision="1.0"/>
      <supportedOn>
        <definitions>
          <definition name="SUPPORTED_SsprPolicy" displayName="$(string.SUPPORTED_SsprPolicy)"/>
        </definitions>
      </supportedOn>
      <categories>
        <category name="SsprPolicy" displayName="$(string.SsprPolicy)"/>
        <category name="Category_sspr_reset" displayName="$(string.Category_sspr_reset)">
          <parentCategory ref="SsprPolicy"/>
        </category>
      </categories>
      <policies>
        <policy name="Policy_Authentication_AllowAadPasswordReset" class="Machine" displayName="$(string.Policy_Authentication_AllowAadPasswordReset)" explainText="$(string.Policy_Authentication_AllowAadPasswordReset_Explain)" key="SOFTWARE\Policies\Microsoft\AzureADAccount" valueName="AllowPasswordReset">
          <parentCategory ref="Category_sspr_reset"/>
          <supportedOn ref="SUPPORTED_SsprPolicy"/>
          <enabledValue>
            <decimal value="1"/>
          </enabledValue>
          <disabledValue>
            <decimal value="0"/>
          </disabledValue>
        </policy>
      </policies>
    </policyDefinitions>
    "#);
    insta::assert_snapshot!(adml, @r#"
    <?xml version="1.0" encoding="utf-8"?>
    <policyDefinitionResources xmlns="http://schemas.microsoft.com/GroupPolicy/2006/07/PolicyDefinitions" revision="1.0" schemaVersion="1.0">
      <displayName>sspr-policy: contoso-endpoint</displayName>
      <description>What Windows&apos; own templates do not offer. Generated by sspr-policy: do not edit.</description>
      <resources>
        <stringTable>
          <string id="SUPPORTED_SsprPolicy">Windows releases that read the value: see the explanation</string>
          <string id="SsprPolicy">sspr-policy: contoso-endpoint</string>
          <string id="Category_sspr_reset">Windows - Password reset</string>
          <string id="Policy_Authentication_AllowAadPasswordReset">Authentication/AllowAadPasswordReset</string>
          <string id="Policy_Authentication_AllowAadPasswordReset_Explain">Registry key: HKLM\SOFTWARE\Policies\Microsoft\AzureADAccount
    Value: AllowPasswordReset

    Enabled: REG_DWORD 1 (0x1) is written.
    Disabled: REG_DWORD 0 (0x0) is written.
    Not configured: nothing is done.

    Windows has it from build 10.0.16299 on.

    The policy &quot;Windows - Password reset&quot; (sspr/reset) asks for: Enabled.
    In Intune it is Authentication/AllowAadPasswordReset = Allowed (1).
    </string>
        </stringTable>
      </resources>
    </policyDefinitionResources>
    "#);
    let (off, off_text) = texts(&to_admx(&[&off]).expect("fine"));
    assert_eq!(off.replace("off", "reset"), admx, "the same choices");
    assert!(off_text.contains("(sspr/off) asks for: Disabled."));
}

#[test]
fn what_windows_has_is_named_with_what_to_choose() {
    let policy = "p\nname: p\nsettings:\n  WindowsLogon/DisableLockScreenAppNotifications: disabled\n  \
        User/ADMX_WinLogon/CustomShell: { enabled: explorer.exe }\n  Experience/AllowWindowsConsumerFeatures: 0\n  \
        UserRights/AllowLocalLogOn: [ Administrators, Users ]\n  \
        LocalPoliciesSecurityOptions/UserAccountControl_RunAllAdministratorsInAdminApprovalMode: 1\n  \
        LocalPoliciesSecurityOptions/InteractiveLogon_MachineInactivityLimit: 900\n  \
        Privacy/LetAppsActivateWithVoiceAboveLock: 2\n  Browser/AllowPasswordManager: 0\n";
    let export = to_admx(&[policy, &policy.replace("p\n", "q\n")]).expect("no problem");
    assert_eq!(export.files, []);
    let shown = export.remarks.iter().filter_map(|remark| match remark {
        ExportRemark::InBox(i) => Some(format!("{}\n  {}\n  {}\n", i.setting, i.path, i.choose)),
        ExportRemark::Note(_) => None,
    });
    insta::assert_snapshot!(shown.collect::<String>(), @"
    Browser/AllowPasswordManager
      Computer > Administrative Templates > Windows Components > Microsoft Edge > Configure Password Manager
      what writes FormSuggest Passwords = no
    Experience/AllowWindowsConsumerFeatures
      Computer > Administrative Templates > Windows Components > Cloud Content > Turn off Microsoft consumer experiences
      Enabled (it writes DisableWindowsConsumerFeatures = 1)
    LocalPoliciesSecurityOptions/InteractiveLogon_MachineInactivityLimit
      Computer > Windows Settings > Security Settings > Local Policies > Security Options > Interactive logon: Machine inactivity limit
      900
    LocalPoliciesSecurityOptions/UserAccountControl_RunAllAdministratorsInAdminApprovalMode
      Computer > Windows Settings > Security Settings > Local Policies > Security Options > User Account Control: Run all administrators in Admin Approval Mode
      Enabled (1)
    Privacy/LetAppsActivateWithVoiceAboveLock
      Computer > Administrative Templates > Windows Components > App Privacy > Let Windows apps activate with voice while the system is locked
      what writes LetAppsActivateWithVoiceAboveLock = 2
    UserRights/AllowLocalLogOn
      Computer > Windows Settings > Security Settings > Local Policies > User Rights Assignment > Allow log on locally
      *S-1-5-32-544, *S-1-5-32-545
    WindowsLogon/DisableLockScreenAppNotifications
      Computer > Administrative Templates > System > Logon > Turn off app notifications on the lock screen
      Disabled
    ADMX_WinLogon/CustomShell
      User > Administrative Templates > System > Custom User Interface
      Enabled; CustomShellInst = explorer.exe
    ");
}

#[test]
fn a_template_says_what_it_cannot_hold() {
    let policy = "p\nname: p\nsettings: { AboveLock/AllowToasts: 0 }\nregistry:\n  HKLM\\A: null\n  HKCR\\A: { x: 1 }\n  HKLM\\B:\n    \
        (Default): 1\n    '**del.x': 1\n    lines: \"a\\nb\"\n    q: { qword: 1 }\n    n: { none: '' }\n    b: { binary: '' }\n    \
        be: { dword_big_endian: 1 }\n    l: []\n    space: ' '\n    fine: 1\n";
    insta::assert_snapshot!(to_admx(&[policy]).expect_err("problems"), @r"
    SP0303 p.yaml:2:13 AboveLock/AllowToasts cannot be written in this format: no registry value is known that sets the same
    SP0303 p.yaml:4:3 HKLM\A cannot be written in this format: a template cannot delete a key
    SP0303 p.yaml:5:16 HKCR\A x cannot be written in this format: Group Policy writes to HKLM and HKCU only, not to HKCR
    SP0303 p.yaml:7:16 HKLM\B (Default) cannot be written in this format: Group Policy cannot set the default value of a key
    SP0303 p.yaml:8:16 HKLM\B **del.x cannot be written in this format: Group Policy takes no such name of a value
    SP0303 p.yaml:9:12 HKLM\B lines cannot be written in this format: a template cannot hold line breaks and other control characters
    SP0303 p.yaml:10:8 HKLM\B q cannot be written in this format: a template cannot set a REG_QWORD
    SP0303 p.yaml:11:8 HKLM\B n cannot be written in this format: a template cannot set a REG_NONE
    SP0303 p.yaml:12:8 HKLM\B b cannot be written in this format: a template cannot set a REG_BINARY
    SP0303 p.yaml:13:9 HKLM\B be cannot be written in this format: a template cannot set a REG_DWORD_BIG_ENDIAN
    SP0303 p.yaml:14:8 HKLM\B l cannot be written in this format: a template cannot set an empty list
    SP0303 p.yaml:15:12 HKLM\B space cannot be written in this format: a template cannot hold a text of spaces only
    ");
}

#[test]
fn every_type_that_a_template_can_hold_is_in_it() {
    let (admx, adml) = compiled(&[EVERYTHING], |policies| {
        texts(&admx::export(policies, "contoso", None, true, &mut Vec::new()).expect("no error"))
    });
    let joined = |text: &str| text.lines().map(str::trim).collect::<String>();
    let offers = admx.split("<policy ").skip(1).map(|policy| {
        let names: Vec<&str> = policy.split('"').collect();
        let choice = policy.split("SUPPORTED_SsprPolicy\"/>").nth(1).and_then(|rest| rest.split("</policy>").next());
        format!("{} {} {}\n", names[3], names[1], joined(choice.expect("a choice")))
    });
    insta::assert_snapshot!(offers.collect::<String>(), @r#"
    Machine Policy_Authentication_AllowAadPasswordReset <enabledValue><decimal value="1"/></enabledValue><disabledValue><decimal value="0"/></disabledValue>
    Machine Policy_all_Quote__and___back <enabledValue><string>C:\a &quot;b&quot; \\</string></enabledValue><disabledValue><delete/></disabledValue>
    Machine Policy_all_Empty <enabledValue><string></string></enabledValue><disabledValue><delete/></disabledValue>
    Machine Policy_all__ml_ut__ <enabledValue><string>日本語 😀 “ß”</string></enabledValue><disabledValue><delete/></disabledValue>
    Machine Policy_all_Long <elements><text id="Box" valueName="Long" required="true" maxLength="1023"/></elements>
    Machine Policy_all__comment <enabledValue><string>; # [x]</string></enabledValue><disabledValue><delete/></disabledValue>
    Machine Policy_all_Percent <elements><text id="Box" valueName="Percent" required="true" maxLength="1023" expandable="true"/></elements>
    Machine Policy_all_Zero <enabledValue><decimal value="0"/></enabledValue><disabledValue><delete/></disabledValue>
    Machine Policy_all_Max <enabledValue><decimal value="4294967295"/></enabledValue><disabledValue><delete/></disabledValue>
    Machine Policy_all_List <elements><multiText id="Box" valueName="List" required="true" maxLength="1023"/></elements>
    Machine Policy_all_Gone <enabledValue><delete/></enabledValue>
    User Policy_all_Enabled <enabledValue><decimal value="1"/></enabledValue><disabledValue><delete/></disabledValue>
    User Policy_all_Name <enabledValue><string>&lt;a&gt; &amp; &quot;b&quot; &apos;c&apos;</string></enabledValue><disabledValue><delete/></disabledValue>
    "#);
    let boxes = adml.split("<presentation ").skip(1).map(|text| joined(&text.replace(&long(), "LONG")) + "\n");
    insta::assert_snapshot!(boxes.collect::<String>(), @r#"
    id="Policy_all_Long"><textBox refId="Box"><label>Long</label><defaultValue>LONG</defaultValue></textBox></presentation>
    id="Policy_all_Percent"><textBox refId="Box"><label>Percent</label><defaultValue>%SystemRoot%\ü</defaultValue></textBox></presentation>
    id="Policy_all_List"><multiTextBox refId="Box">List</multiTextBox></presentation></presentationTable></resources></policyDefinitionResources>
    "#);
}

#[test]
#[ignore = "writes files for .ci/check-formats into $SSPR_POLICY_EXPORTS"]
fn exports_for_other_programs() {
    let folder = std::path::PathBuf::from(std::env::var_os("SSPR_POLICY_EXPORTS").expect("SSPR_POLICY_EXPORTS"));
    std::fs::create_dir_all(folder.join("en-US")).expect("the folder");
    let gone = "gone\nname: gone\nregistry:\n  HKLM\\SOFTWARE\\A: null\n  HKLM\\SOFTWARE\\A\\B: { x: 1, y: null }\n  \
        HKLM\\SOFTWARE\\C: { (Default): null, 'a\"\\ü': null }\n";
    for (name, text) in [("reset", RESET), ("all", EVERYTHING), ("gone", gone)] {
        compiled(&[text], |policies| {
            let name_of_reg = format!("{name}.reg");
            let one = reg::Division::Whole(&name_of_reg);
            let reg = reg::export(policies, one, false, &mut Vec::new()).expect("no problem");
            let admx = admx::export(policies, name, None, true, &mut Vec::new()).expect("no error");
            for file in reg.files.into_iter().chain(admx.files) {
                std::fs::write(folder.join(file.path), file.bytes).expect("written");
            }
        });
    }
}
