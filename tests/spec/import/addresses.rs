//! Addresses in another spelling than the catalogue's: a policy keeps them as the tenant has them.

use serde_json::{Value, json};

use super::{base64, device, emptied, import, is_valid, row};
use crate::harness::repository::check;
use crate::harness::{EMBEDDED, Repository, TENANT, normal, text};

#[test]
fn an_address_is_kept_as_the_tenant_has_it() {
    let repo = Repository::new(EMBEDDED);
    let portal = repo.portal();
    emptied(&portal);
    let rules = base64("<RuleCollection Type=\"Exe\" EnforcementMode=\"AuditOnly\"/>");
    let rows = [
        row("StringXml", "./Vendor/MSFT/AppLocker/ApplicationLaunchRestrictions/Native/EXE/Policy", rules),
        device("Boolean", "PassportForWork/{TenantId}/Policies/RequireSecurityDevice", json!(true)),
        device("Boolean", &format!("PassportForWork/{TENANT}/Policies/EnablePinRecovery"), json!(true)),
        device("String", "Policy/Config/AutoPlay/DisallowAutoplayForNonVolumeDevices", json!("<enabled/>")),
        row("Integer", r"./Device\Vendor\MSFT\Policy\Config\Camera\AllowCamera", json!(0)),
        row("Integer", "Vendor/MSFT/Policy/Config/AboveLock/AllowToasts/", json!(0)),
        row("Integer", "./Vendor/MSFT/NetworkProxy/ProxySettingsPerUser", json!(0)),
        row("Integer", "./Vendor/MSFT/Contoso/Number", json!(1)),
        row("Integer", "./User/Vendor/MSFT/Policy/Config/WindowsLogon/HideFastUserSwitching", json!(1)),
    ];
    portal.create("Spellings", &Value::Null, &rows);
    drop(portal);
    insta::assert_snapshot!(import(&repo, &[]), @r"
    wrote policies/imported/spellings.yaml  adopts [id], nothing else
      warning: PassportForWork/{TenantId}/Policies/RequireSecurityDevice: `oma_uri:` keeps ./Device/Vendor/MSFT/PassportForWork/{TenantId}/Policies/RequireSecurityDevice, which is how Intune has it
      warning: Autoplay/DisallowAutoplayForNonVolumeDevices: `oma_uri:` keeps ./Device/Vendor/MSFT/Policy/Config/AutoPlay/DisallowAutoplayForNonVolumeDevices, which is how Intune has it
      warning: Camera/AllowCamera: `oma_uri:` keeps ./Device\Vendor\MSFT\Policy\Config\Camera\AllowCamera, which is how Intune has it
      warning: ./User/Vendor/MSFT/Policy/Config/WindowsLogon/HideFastUserSwitching: written unchecked, because check says: this setting exists for the device only: write `./Device/Vendor/MSFT/Policy/Config/WindowsLogon/HideFastUserSwitching`
      warning: AppLocker/ApplicationLaunchRestrictions/Native/EXE/Policy: `oma_uri:` keeps ./Vendor/MSFT/AppLocker/ApplicationLaunchRestrictions/Native/EXE/Policy, which is how Intune has it
      warning: ./Device/Vendor/MSFT/Contoso/Number: written unchecked, because check says: unknown setting: this node is not in the catalogue
      warning: ./Device/Vendor/MSFT/Contoso/Number: `oma_uri:` keeps ./Vendor/MSFT/Contoso/Number, which is how Intune has it
      warning: NetworkProxy/ProxySettingsPerUser: `oma_uri:` keeps ./Vendor/MSFT/NetworkProxy/ProxySettingsPerUser, which is how Intune has it
      warning: AboveLock/AllowToasts: `oma_uri:` keeps Vendor/MSFT/Policy/Config/AboveLock/AllowToasts/, which is how Intune has it

    Import: 1 of 1 profile written, 1 proven to be adopted unchanged; 0 skipped, 0 of other kinds. Nothing was changed in the tenant.
    reading 1 profile; a plan of each policy then proves that adopting changes nothing else
    exit 0
    ");
    insta::assert_snapshot!(normal(&repo.read("policies/imported/spellings.yaml")), @r#"
    # yaml-language-server: $schema=../../schemas/policy.schema.json
    name: Spellings

    settings:
      PassportForWork/{TenantId}/Policies/EnablePinRecovery: true
      PassportForWork/{TenantId}/Policies/RequireSecurityDevice:
        value: true
        oma_uri: './Device/Vendor/MSFT/PassportForWork/{TenantId}/Policies/RequireSecurityDevice'
      Autoplay/DisallowAutoplayForNonVolumeDevices:
        value: enabled
        oma_uri: './Device/Vendor/MSFT/Policy/Config/AutoPlay/DisallowAutoplayForNonVolumeDevices'
      Camera/AllowCamera:
        value: Not allowed
        oma_uri: './Device\Vendor\MSFT\Policy\Config\Camera\AllowCamera'
      ./User/Vendor/MSFT/Policy/Config/WindowsLogon/HideFastUserSwitching:
        type: integer
        value: 1
        unchecked: 'imported from the tenant; check says: this setting exists for the device only: write `./Device/Vendor/MSFT/Policy/Config/WindowsLogon/HideFastUserSwitching`'
      AppLocker/ApplicationLaunchRestrictions/Native/EXE/Policy:
        type: xml
        raw: '<RuleCollection Type="Exe" EnforcementMode="AuditOnly"/>'
        oma_uri: './Vendor/MSFT/AppLocker/ApplicationLaunchRestrictions/Native/EXE/Policy'
      ./Device/Vendor/MSFT/Contoso/Number:
        type: integer
        value: 1
        unchecked: 'imported from the tenant; check says: unknown setting: this node is not in the catalogue'
        oma_uri: './Vendor/MSFT/Contoso/Number'
      NetworkProxy/ProxySettingsPerUser:
        value: 0
        oma_uri: './Vendor/MSFT/NetworkProxy/ProxySettingsPerUser'
      AboveLock/AllowToasts:
        value: Not allowed
        oma_uri: Vendor/MSFT/Policy/Config/AboveLock/AllowToasts/

    assignments:
      include: []

    adopt: { sandbox: [id] }
    "#);
    is_valid(&repo);
    repo.apply().succeeds();
    repo.assert_converged();
    let portal = repo.portal();
    let profile = portal.profile("Spellings");
    let there: Vec<String> =
        profile["omaSettings"].as_array().unwrap().iter().map(|row| text(&row["omaUri"])).collect();
    let mut sent: Vec<String> = rows.iter().map(|row| text(&row["omaUri"])).collect();
    sent.sort();
    assert_eq!(there, sent);
}

#[test]
fn a_spelling_that_devices_may_not_accept_is_a_warning() {
    insta::assert_snapshot!(check("
name: Spellings
settings:
  Camera/AllowCamera: { value: 0, oma_uri: ./Vendor/MSFT/Policy/Config/Camera/AllowCamera }
  AboveLock/AllowToasts: { value: 0, oma_uri: ./Device/Vendor/MSFT/Policy/Config/aboveLock/AllowToasts }
  NetworkProxy/ProxySettingsPerUser: { value: 0, oma_uri: ./Vendor/MSFT/NetworkProxy/ProxySettingsPerUser }
"), @"
    warning[R02]: device-scope-missing: the OMA-URI does not have a scope
     --> policies/policy.yaml:3:44
      |
    3 |   Camera/AllowCamera: { value: 0, oma_uri: ./Vendor/MSFT/Policy/Config/Camera/AllowCamera }
      |                                            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ some devices ignore this form
      |
      = note: source: azure-docs#87720; azure-docs#87726; azure-docs PR#87750 (2022); confidence high; `explain R02`
      = help: to send ./Device/Vendor/MSFT/Policy/Config/Camera/AllowCamera, remove `oma_uri:`

    warning[SP0525]: this OMA-URI is sent in another spelling
     --> policies/policy.yaml:4:47
      |
    4 |   AboveLock/AllowToasts: { value: 0, oma_uri: ./Device/Vendor/MSFT/Policy/Config/aboveLock/AllowToasts }
      |                                               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ Windows is case-sensitive, so devices may not find the setting
      |
      = help: to send ./Device/Vendor/MSFT/Policy/Config/AboveLock/AllowToasts, remove `oma_uri:`

    0 errors, 2 warnings in 1 policy
    ");
}

#[test]
fn an_address_of_another_setting_is_an_error() {
    insta::assert_snapshot!(check("
name: Another
settings:
  Camera/AllowCamera: { value: 0, oma_uri: ./Device/Vendor/MSFT/Policy/Config/AboveLock/AllowToasts }
  AboveLock/AllowToasts: { value: 0, oma_uri: ./User/Vendor/MSFT/Policy/Config/AboveLock/AllowToasts }
"), @"
    error[SP0526]: this is not a spelling of ./Device/Vendor/MSFT/Policy/Config/Camera/AllowCamera
     --> policies/policy.yaml:3:44
      |
    3 |   Camera/AllowCamera: { value: 0, oma_uri: ./Device/Vendor/MSFT/Policy/Config/AboveLock/AllowToasts }
      |                                            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ another setting, or not an OMA-URI
      |
      = help: correct it, or remove `oma_uri:`

    error[SP0526]: this is not a spelling of ./Device/Vendor/MSFT/Policy/Config/AboveLock/AllowToasts
     --> policies/policy.yaml:4:47
      |
    4 |   AboveLock/AllowToasts: { value: 0, oma_uri: ./User/Vendor/MSFT/Policy/Config/AboveLock/AllowToasts }
      |                                               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ another setting, or not an OMA-URI
      |
      = help: correct it, or remove `oma_uri:`

    2 errors (SP0526), 0 warnings in 1 policy
    exit code 1
    ");
}

#[test]
fn rules_see_the_setting_in_every_spelling() {
    insta::assert_snapshot!(check("
name: Fast user switching
settings:
  WindowsLogon/HideFastUserSwitching:
    value: 1
    oma_uri: ./Vendor/MSFT/Policy/Config/windowslogon/hidefastuserswitching
"), @r#"
    warning[I04]: fast-user-switching-hidden: the entry points for Fast User Switching are hidden
     --> policies/policy.yaml:3:3
      |
    3 |   WindowsLogon/HideFastUserSwitching:
      |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ "Reset password" is missing, or leads back to the sign-in screen
      |
      = note: nothing here turns password reset on; this matters only on devices where it is on
      = note: source: Microsoft, howto-sspr-windows (2018 to 2026); confidence high; `explain I04`
      = help: set WindowsLogon/HideFastUserSwitching to 0 (visible) for these devices

    warning[SP0525]: this OMA-URI is sent in another spelling
     --> policies/policy.yaml:5:14
      |
    5 |     oma_uri: ./Vendor/MSFT/Policy/Config/windowslogon/hidefastuserswitching
      |              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ Windows is case-sensitive, so devices may not find the setting
      |
      = help: to send ./Device/Vendor/MSFT/Policy/Config/WindowsLogon/HideFastUserSwitching, remove `oma_uri:`

    0 errors, 2 warnings in 1 policy
    "#);
}
