//! An imported policy adopts the profile that it was created from, and does nothing else.

use super::{emptied, import, imports_and_converges, is_valid};
use crate::harness::{EMBEDDED, Repository, copy, normal, text};

#[test]
fn profiles_from_the_portal_become_policies_that_adopt_them() {
    let repo = Repository::new(EMBEDDED);
    let before = repo.portal().profiles();
    insta::assert_snapshot!(import(&repo, &[]), @"
    wrote policies/imported/portal-camera.yaml  adopts [id], nothing else
    wrote policies/imported/portal-lock-screen-hardening.yaml  adopts [id], nothing else

    Import: 2 of 2 profiles written, 2 proven to be adopted unchanged; 0 skipped, 5 of other kinds. Nothing was changed in the tenant.
    reading 2 profiles; a plan of each policy then proves that adopting changes nothing else
    exit 0
    ");
    assert_eq!(repo.portal().profiles(), before, "import changes nothing in the tenant");
    insta::assert_snapshot!(normal(&repo.read("policies/imported/portal-camera.yaml")), @"
    # yaml-language-server: $schema=../../schemas/policy.schema.json
    name: Portal - Camera
    description: |-
      Cameras are off at the kiosks.
      Ask Facilities before changing this.

    settings:
      Camera/AllowCamera: Not allowed

    assignments:
      include:
        - { group: Kiosks }

    adopt: { sandbox: [id] }
    ");
    insta::assert_snapshot!(import(&repo, &[]), @r#"
    skipped "Portal - Camera" ([id]): is already adopted by policies/imported/portal-camera.yaml
    skipped "Portal - Lock screen hardening" ([id]): is already adopted by policies/imported/portal-lock-screen-hardening.yaml

    Import: nothing to write; 2 skipped, 5 of other kinds. Nothing was changed in the tenant.
    exit 0
    "#);
}

#[test]
fn an_adoption_has_no_effect_afterwards() {
    let repo = Repository::new(EMBEDDED);
    imports_and_converges(&repo);
    assert!(repo.planned().contains("nothing to do; 2 unchanged"));
    let after = repo.portal().profiles();
    repo.apply().succeeds();
    assert_eq!(repo.portal().profiles(), after);
    let text = repo.read("policies/imported/portal-camera.yaml");
    let without: Vec<&str> = text.lines().filter(|line| !line.starts_with("adopt:")).collect();
    repo.policy("imported/portal-camera", &without.join("\n"));
    repo.assert_converged();
    insta::assert_snapshot!(import(&repo, &[]), @r#"
    skipped "Portal - Camera" ([id]): is already managed here, as imported/portal-camera
    skipped "Portal - Lock screen hardening" ([id]): is already managed here, as imported/portal-lock-screen-hardening

    Import: nothing to write; 2 skipped, 5 of other kinds. Nothing was changed in the tenant.
    exit 0
    "#);
}

#[test]
fn every_ready_made_policy_can_be_imported_again() {
    let repo = Repository::new(EMBEDDED);
    let own = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    copy(&own.join("policies"), &repo.path("policies"));
    std::fs::copy(own.join("sspr-policy.yaml"), repo.path("sspr-policy.yaml")).unwrap();
    emptied(&repo.portal());
    repo.apply().succeeds();
    let profiles = repo.portal().profiles();
    assert_eq!(profiles.len(), 7);
    for profile in &profiles {
        repo.ran(&["disown", &text(&profile["id"])]).succeeds();
    }
    std::fs::remove_dir_all(repo.path("policies")).unwrap();
    imports_and_converges(&repo);
    is_valid(&repo);
    insta::assert_snapshot!(normal(&repo.read("policies/imported/windows-nothing-in-the-way-of-password-reset.yaml")), @r#"
    # yaml-language-server: $schema=../../schemas/policy.schema.json
    name: Windows - Nothing in the way of password reset
    description: 'Settings that can hide or break "Reset password" at sign-in, set to values that do not.'

    settings:
      ADMX_ControlPanelDisplay/CPL_Personalization_NoLockScreen: disabled
      ApplicationManagement/BlockNonAdminUserInstall: 0
      LocalPoliciesSecurityOptions/InteractiveLogon_DoNotDisplayLastSignedIn: Disabled (username will be shown)
      LocalPoliciesSecurityOptions/InteractiveLogon_DoNotRequireCTRLALTDEL: 1
      LocalPoliciesSecurityOptions/UserAccountControl_RunAllAdministratorsInAdminApprovalMode: Enabled
      WindowsLogon/DisableLockScreenAppNotifications: disabled
      WindowsLogon/HideFastUserSwitching: Disabled (visible)

    assignments:
      include:
        - { group: SSPR Pilot, filter: { exclude: Kiosk hardware } }
      exclude:
        - { group: Kiosks }

    adopt: { sandbox: [id] }
    "#);
}

/// That policy may already adopt the profile.
#[test]
fn an_unreadable_policy_stops_an_import() {
    let repo = Repository::new(EMBEDDED);
    let id = text(&repo.portal().profile("Portal - Camera")["id"]);
    repo.policy("mine", &format!("name: [\nadopt: {{ sandbox: {id} }}\n"));
    insta::assert_snapshot!(import(&repo, &[]), @"
    error[SP0102]: this file is not valid YAML
     --> policies/mine.yaml:1:7
      |
    1 | name: [
      |       ^ unclosed bracket '['
    error: nothing was imported: the policies with errors may adopt the same profiles
    help: fix these errors first; `sspr-policy check` lists them
    exit 1
    ");
    assert!(!repo.path("policies/imported").exists());
}

#[test]
fn a_managed_profile_without_a_policy_is_not_imported() {
    let repo = Repository::new(EMBEDDED);
    repo.ran(&["import", "--profile", "Portal - Camera"]).succeeds();
    repo.apply().succeeds();
    repo.remove("imported/portal-camera");
    insta::assert_snapshot!(import(&repo, &["--profile", "Portal - Camera"]), @r#"
    error: "Portal - Camera" ([id]) is already managed here, as imported/portal-camera
    help: its policy file is missing: restore the file, or run `sspr-policy disown ID` and import again
    exit 1
    "#);
}
