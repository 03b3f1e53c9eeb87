//! The commands `export reg` and `export admx`; the contents of the files are tested in `exports`.

use insta::assert_snapshot;

use crate::harness::Repository;

fn exportable() -> Repository {
    Repository::lab()
        .with("policies/reset.yaml", "name: R\nsettings: { Authentication/AllowAadPasswordReset: 1 }\n")
        .with("policies/toasts.yaml", "name: T\nsettings: { AboveLock/AllowToasts: 0 }\n")
        .with("policies/drafts/draft.yaml", "name: D\nstate: draft\nsettings: { Camera/AllowCamera: 0 }\n")
}

#[test]
fn a_setting_without_registry_form_is_an_error() {
    let repository = exportable();
    assert_snapshot!(repository.run("export reg --out out.reg"), @"
    error[SP0303]: AboveLock/AllowToasts cannot be written in this format
     --> policies/toasts.yaml:2:13
      |
    2 | settings: { AboveLock/AllowToasts: 0 }
      |             ^^^^^^^^^^^^^^^^^^^^^ no registry value is known for this setting
      |
      = help: add `registry:` with the registry value to the setting, or leave it out with `--skip-unsupported`
    error: 1 error in the files; nothing was done
    exit code 1
    ");
    assert!(!repository.path("out.reg").exists());
    assert_snapshot!(repository.run("export reg --out out.reg --skip-unsupported"), @"
    skipped, because the format cannot express it:
      policies/toasts.yaml:2:13: AboveLock/AllowToasts (no registry value is known for this setting)
    wrote out.reg
    ");
    assert!(repository.path("out.reg").exists());
}

#[test]
fn a_draft_is_exported_when_its_file_is_named() {
    let repository = exportable();
    assert_snapshot!(repository.run("export reg policies/drafts --out out.reg"), @"
    error: policies/drafts: only drafts here; to select a draft, name its file
    exit code 1
    ");
    assert_snapshot!(repository.run("export reg policies/drafts/draft.yaml --out out.reg"), @"wrote out.reg");
    assert_snapshot!(repository.run("export reg policies/nowhere.yaml --out out.reg"), @"
    error: policies/nowhere.yaml: no such file or folder
    exit code 1
    ");
    assert_snapshot!(repository.run("export reg policies/reset.yaml"), @"
    error: the following required arguments were not provided:
      --out <PATH>

    Usage: sspr-policy export reg --out <PATH> <PATHS>...

    For more information, try '--help'.
    exit code 1
    ");
}

#[test]
fn a_contradiction_between_policies_shows_both_lines() {
    let repository = Repository::lab()
        .with("policies/a.yaml", "name: A\nsettings: { Authentication/AllowAadPasswordReset: 1 }\n")
        .with(
            "policies/b.yaml",
            r"
            name: B
            registry: { 'HKLM\SOFTWARE\Policies\Microsoft\AzureADAccount': { AllowPasswordReset: 0 } }
            ",
        );
    assert_snapshot!(repository.run("export reg --out out.reg"), @r"
    error[SP0304]: HKLM\SOFTWARE\Policies\Microsoft\AzureADAccount AllowPasswordReset has two different values
     --> policies/b.yaml:2:86
      |
    2 | registry: { 'HKLM\SOFTWARE\Policies\Microsoft\AzureADAccount': { AllowPasswordReset: 0 } }
      |                                                                                      ^ different value here
      |
     ::: policies/a.yaml:2:51
      |
    2 | settings: { Authentication/AllowAadPasswordReset: 1 }
      |                                                   - first value here, by Authentication/AllowAadPasswordReset
      |
      = help: they cannot be in the same file: change one policy, or export them to two files
    error: 1 error in the files; nothing was done
    exit code 1
    ");
}

#[test]
fn a_policy_with_an_error_is_not_exported() {
    let repository = Repository::lab().with("policies/a.yaml", "name: A\nsettings: { Camera/AllowCamera: 7 }\n");
    assert_snapshot!(repository.run("export admx --out out/"), @r#"
    error[SP0204]: this value is not allowed
     --> policies/a.yaml:2:33
      |
    2 | settings: { Camera/AllowCamera: 7 }
      |                                 ^ Camera/AllowCamera takes 0 = "Not allowed" or 1 = "Allowed"
      |
      = note: source: DDF February 2026
    error: 1 error in the files; nothing was done
    exit code 1
    "#);
    assert_eq!(repository.files(), ["policies/a.yaml", "sspr-policy.yaml"]);
}

#[test]
fn an_admx_export_lists_settings_of_windows_own_templates() {
    let repository = exportable();
    assert_snapshot!(repository.run("export admx policies/reset.yaml --out out/"), @r"
    wrote out/sspr-policy-contoso.admx
    wrote out/en-US/sspr-policy-contoso.adml
    This template is for Group Policy: copy both files to PolicyDefinitions of a central store or a computer.
    Intune cannot ingest it: it refuses templates that write below Software\Policies\Microsoft. For Intune, use `apply`.
    ");
    assert_snapshot!(repository.run("export admx policies/drafts/draft.yaml --out out/"), @"
    Windows' own templates and security settings already have these; set them there:
      Camera/AllowCamera
        Computer > Administrative Templates > Windows Components > Camera > Allow Use of Camera
        Disabled (it writes AllowCamera = 0)
    the templates of Windows cover everything: no template was written
    ");
}
