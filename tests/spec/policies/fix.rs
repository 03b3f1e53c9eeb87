//! `check --fix` and `--diff`: only what has one correct form is fixed.

use insta::assert_snapshot;

use crate::harness::repository::{CONFIGURATION, Repository};

/// Two certain mistakes, one that only a person can fix, and much that must stay the same.
const POLICY: &str = "\u{feff}# Größe: 🙂\r\n\
name:   'Reset'   # two certain ones follow\r\n\
\r\n\
settings:\r\n  \
  windowslogon/hidefastuserswitching:   0   # visible\r\n  \
  ./Vendor/MSFT/Policy/Config/Camera/AllowCamera: \"1\"\r\n\
\r\n  \
  AboveLock/AllowToasts: Alowed   # a person decides\r\n\
registry:\r\n  \
  \"HKLM\\new\\table\": { 'Mode' : true }\t# tab\r\n";

#[test]
fn only_certain_fixes_change_the_file() {
    let repository = Repository::lab().with_bytes("policies/reset.yaml", POLICY.as_bytes());
    assert_snapshot!(repository.run("check --fix"), @r#"
    error[SP0204]: this value is not allowed
     --> policies/reset.yaml:8:26
      |
    8 |   AboveLock/AllowToasts: Alowed   # a person decides
      |                          ^^^^^^ AboveLock/AllowToasts takes 0 = "Not allowed" or 1 = "Allowed"
      |
      = note: source: DDF February 2026
    help: write `Allowed`
      |
    8 |   AboveLock/AllowToasts: Allowed   # a person decides
      |                            +

    1 error (SP0204), 0 warnings in 1 policy
    fixed policies/reset.yaml
    exit code 1
    "#);
    let mended = POLICY
        .replace("windowslogon/hidefastuserswitching", "WindowsLogon/HideFastUserSwitching")
        .replace("./Vendor/", "./Device/Vendor/")
        .replace("\"HKLM\\new\\table\"", "'HKLM\\new\\table'")
        .replace("true", "1");
    assert_eq!(repository.read("policies/reset.yaml"), mended);
    let before = repository.run("check");
    assert_eq!(repository.run("check --fix"), before, "a second run mends nothing more");
    assert_eq!(repository.read("policies/reset.yaml"), mended);
    assert_eq!(repository.files(), ["policies/reset.yaml", "sspr-policy.yaml"]);
}

#[test]
fn a_diff_shows_the_fixes_and_writes_nothing() {
    let policy = "name: 7\nsettings:\n  camera/allowcamera: 1\n";
    let repository = Repository::lab().with("policies/reset.yaml", policy);
    assert_snapshot!(repository.run("check --diff"), @r#"
    --- a/policies/reset.yaml
    +++ b/policies/reset.yaml
    @@ -1,3 +1,3 @@
    -name: 7
    +name: "7"
     settings:
       camera/allowcamera: 1
    1 error (SP0105), 0 warnings in 1 policy
    exit code 1
    "#);
    assert_eq!(repository.read("policies/reset.yaml"), policy);
    assert_snapshot!(repository.run("check --fix"), @"
    0 errors, 0 warnings in 1 policy
    fixed policies/reset.yaml
    ");
    assert_snapshot!(repository.read("policies/reset.yaml"), @r#"
    name: "7"
    settings:
      Camera/AllowCamera: 1
    "#);
    assert_snapshot!(repository.run("check --diff"), @"0 errors, 0 warnings in 1 policy");
}

#[test]
fn the_configuration_is_fixed_too() {
    let repository = Repository::empty()
        .with("sspr-policy.yaml", "owner: 7\ndefault: lab\nenvironments:\n  lab: { tenant: sandbox, prune: no }\n");
    assert_snapshot!(repository.run("check --fix"), @"
    0 errors, 0 warnings in 0 policies
    fixed sspr-policy.yaml
    ");
    assert_snapshot!(repository.read("sspr-policy.yaml"), @r#"
    owner: "7"
    default: lab
    environments:
      lab: { tenant: sandbox, prune: false }
    "#);
}

#[test]
fn only_the_named_file_is_fixed() {
    let policy = "name: A\nsettings: { camera/allowcamera: 1 }\n";
    let repository = Repository::lab()
        .with("policies/a.yaml", policy)
        .with("policies/b.yaml", "name: B\nsettings: { abovelock/allowtoasts: 1 }\n");
    assert_snapshot!(repository.run("check --fix policies/b.yaml"), @"
    0 errors, 0 warnings in 1 policy
    fixed policies/b.yaml
    ");
    assert_eq!(repository.read("policies/a.yaml"), policy);
    assert_snapshot!(repository.read("policies/b.yaml"), @"
    name: B
    settings: { AboveLock/AllowToasts: 1 }
    ");
}

#[test]
fn two_fixes_of_one_place_are_applied_in_turn() {
    let repository = Repository::lab().with(
        "policies/twice.yaml",
        "name: A\nsettings:\n  ./Vendor/MSFT/Policy/Config/Experience/AllowWindowsSpotlight: 1\n",
    );
    assert_snapshot!(repository.run("check --fix"), @"
    0 errors, 0 warnings in 1 policy
    fixed policies/twice.yaml
    ");
    assert_snapshot!(repository.read("policies/twice.yaml"), @"
    name: A
    settings:
      User/Experience/AllowWindowsSpotlight: 1
    ");
}

#[test]
fn a_fixed_name_keeps_its_quotes() {
    let flow = "name: B\nsettings: { 'passportforwork/{TenantId}/policies/enablepinrecovery': true }\n";
    let repository = Repository::lab().with("policies/flow.yaml", flow).with(
        "policies/quotes.yaml",
        "name: A\nsettings:\n  'windowslogon/hidefastuserswitching': 0\n  \"camera/allowcamera\": 1\n  ? abovelock/allowtoasts\n  : 1\n",
    );
    assert_snapshot!(repository.run("check --fix"), @"
    0 errors, 0 warnings in 2 policies
    fixed policies/flow.yaml
    fixed policies/quotes.yaml
    ");
    assert_snapshot!(repository.read("policies/flow.yaml"), @"
    name: B
    settings: { 'PassportForWork/{TenantId}/Policies/EnablePinRecovery': true }
    ");
    assert_snapshot!(repository.read("policies/quotes.yaml"), @r#"
    name: A
    settings:
      'WindowsLogon/HideFastUserSwitching': 0
      "Camera/AllowCamera": 1
      ? AboveLock/AllowToasts
      : 1
    "#);
}

#[test]
fn an_alias_is_fixed_like_its_anchor() {
    let policy = "name: A\nregistry:\n  HKLM\\SOFTWARE\\Contoso: { A: &on true, B: *on }\n";
    let repository = Repository::lab().with("policies/alias.yaml", policy);
    assert_snapshot!(repository.run("check --fix"), @"
    0 errors, 0 warnings in 1 policy
    fixed policies/alias.yaml
    ");
    assert_snapshot!(repository.read("policies/alias.yaml"), @r"
    name: A
    registry:
      HKLM\SOFTWARE\Contoso: { A: &on 1, B: 1 }
    ");
}

#[test]
#[cfg(unix)]
fn a_symbolic_link_is_kept() {
    let repository = Repository::lab().with("shared/a.yaml", "name: A\nsettings: { camera/allowcamera: 1 }\n");
    std::fs::create_dir(repository.path("policies")).unwrap();
    std::os::unix::fs::symlink("../shared/a.yaml", repository.path("policies/a.yaml")).unwrap();
    assert_snapshot!(repository.run("check --fix"), @"
    0 errors, 0 warnings in 1 policy
    fixed policies/a.yaml
    ");
    assert!(repository.path("policies/a.yaml").is_symlink());
    assert_snapshot!(repository.read("shared/a.yaml"), @"
    name: A
    settings: { Camera/AllowCamera: 1 }
    ");
}

#[test]
fn errors_fail_warnings_fail_when_strict_and_notes_never_do() {
    let sound = Repository::lab().with("policies/a.yaml", "name: A\nsettings: { Camera/AllowCamera: 1 }\n");
    assert_snapshot!(sound.run("check --strict"), @"0 errors, 0 warnings in 1 policy");
    let note =
        Repository::lab().with("policies/a.yaml", "name: A\nsettings: { Authentication/AllowAadPasswordReset: 0 }\n");
    assert_snapshot!(note.run("check --strict --output-format github"), @r#"
    ::notice file=policies/a.yaml,line=2,col=13,title=R01 feature-off::password reset at the sign-in screen is turned off: "Reset password" is missing%0Anote: source: Microsoft, howto-sspr-windows (2018 to 2026); Policy CSP, Authentication; confidence high; `explain R01`%0Ahelp: set Authentication/AllowAadPasswordReset to Allowed, unless you want to turn the feature off
    0 errors, 0 warnings in 1 policy (1 note)
    "#);
    let warning = Repository::lab()
        .with("policies/a.yaml", "name: A\nsettings: { AboveLock/AllowActionCenterNotifications: 1 }\n");
    assert_snapshot!(warning.run("check --output-format github"), @"
    ::warning file=policies/a.yaml,line=2,col=13,title=SP0210::Microsoft marks this node as deprecated: since 10.0.22000
    0 errors, 1 warning in 1 policy
    ");
    assert_snapshot!(warning.run("check --output-format github --strict"), @"
    ::warning file=policies/a.yaml,line=2,col=13,title=SP0210::Microsoft marks this node as deprecated: since 10.0.22000
    0 errors, 1 warning in 1 policy
    exit code 1
    ");
    let error = Repository::lab().with("policies/a.yaml", "name: A\nsettings: { Camera/AllowCamera: 7 }\n");
    assert_snapshot!(error.run("check --output-format github"), @r#"
    ::error file=policies/a.yaml,line=2,col=33,title=SP0204::this value is not allowed: Camera/AllowCamera takes 0 = "Not allowed" or 1 = "Allowed"%0Anote: source: DDF February 2026
    1 error (SP0204), 0 warnings in 1 policy
    exit code 1
    "#);
}

#[test]
fn an_id_that_is_a_number_gets_quotes() {
    let policy =
        "name: A\nsettings: { Camera/AllowCamera: 1 }\nscope_tags: [Service Desk, { id: 2, name: Branch Office }]\n";
    let repository = Repository::lab().with("policies/a.yaml", policy);
    repository.succeeds("check --fix");
    assert_eq!(repository.read("policies/a.yaml"), policy.replace("id: 2", "id: \"2\""));
}

#[test]
fn check_selects_files_by_path() {
    let repository = Repository::empty()
        .with("sspr-policy.yaml", CONFIGURATION)
        .with("policies/a.yaml", "name: A\nsettings: { Camera/AllowCamera: 7 }\n")
        .with("policies/b/c.yaml", "name: C\nsettings: { AboveLock/AllowToasts: 7 }\n")
        .with("gpo.reg", "Windows Registry Editor Version 5.00\n")
        .with("notes.txt", "none\n");
    assert_snapshot!(repository.run("check policies/b"), @r#"
    error[SP0204]: this value is not allowed
     --> policies/b/c.yaml:2:36
      |
    2 | settings: { AboveLock/AllowToasts: 7 }
      |                                    ^ AboveLock/AllowToasts takes 0 = "Not allowed" or 1 = "Allowed"
      |
      = note: source: DDF February 2026

    1 error (SP0204), 0 warnings in 1 policy
    exit code 1
    "#);
    assert_snapshot!(repository.run("check gpo.reg"), @"
    error: gpo.reg: this version checks policies only
    exit code 1
    ");
    assert_snapshot!(repository.run("check notes.txt"), @"
    error: notes.txt: this is outside policies/, so it is not read as a policy
    exit code 1
    ");
    assert_snapshot!(repository.run("check nowhere"), @"
    error: nowhere: no such file or folder
    exit code 1
    ");
    assert_snapshot!(repository.run("check --fix --diff"), @"
    error: the argument '--fix' cannot be used with '--diff'

    Usage: sspr-policy check --fix [PATHS]...

    For more information, try '--help'.
    exit code 1
    ");
    assert_snapshot!(repository.run("check --output-format json --quiet policies/b/c.yaml"), @r#"
    {
      "format": 1,
      "diagnostics": [
        {
          "code": "SP0204",
          "severity": "error",
          "message": "this value is not allowed",
          "file": "policies/b/c.yaml",
          "line": 2,
          "column": 36,
          "label": "AboveLock/AllowToasts takes 0 = \"Not allowed\" or 1 = \"Allowed\"",
          "notes": [
            "source: DDF February 2026"
          ]
        }
      ]
    }
    exit code 1
    "#);
}
