//! What a policy cannot express, what already exists, and how profiles are selected.

use serde_json::{Value, json};

use super::{base64, device, emptied, import, row, target};
use crate::harness::{EMBEDDED, Repository, copy, integer, normal, text};

#[test]
fn a_profile_that_a_policy_cannot_express_is_reported_and_not_written() {
    let repo = Repository::new(EMBEDDED);
    let portal = repo.portal();
    emptied(&portal);
    let rows = [
        integer("Camera/AllowCamera", 0),
        row("Integer", "./Vendor/MSFT/Policy/Config/Authentication/AllowAadPasswordReset", json!(1)),
        row("Integer", "./Device/Vendor/MSFT/Policy/Config/aboveLock/AllowToasts", json!(1)),
        row("Integer", "./User/Vendor/MSFT/Policy/Config/WindowsLogon/HideFastUserSwitching", json!(1)),
        row("String", "Device/Vendor/MSFT/Contoso/Start", json!("a")),
        device("StringXml", "WiFi/Profile/Guest/WlanXml", base64("<a><keyMaterial>hunter2</keyMaterial></a>")),
    ];
    let profile = portal.create("In other spellings", &Value::Null, &rows);
    let control = [integer("Camera/AllowCamera", 0), device("String", "Contoso/Control", json!("a\u{1}b"))];
    portal.create("Half of it", &Value::Null, &control);
    let collection = json!({ "collectionId": "SMS00001" });
    portal.assign(&profile, &[target("configurationManagerCollection", collection), target("allDevices", json!({}))]);
    portal.create("Nothing of it", &Value::Null, &[device("String", "Contoso/Control", json!("\u{1}"))]);
    portal.create("Empty", &Value::Null, &[]);
    portal.create("Long text", &json!("x".repeat(1450)), &[integer("Camera/AllowCamera", 0)]);
    drop(portal);
    insta::assert_snapshot!(import(&repo, &[]), @r#"
    not written: policies/imported/empty.yaml  "Empty" ([id])
      error: the profile does not have any settings, but a policy needs at least one
    not written: policies/imported/half-of-it.yaml  "Half of it" ([id])
      error: ./Device/Vendor/MSFT/Contoso/Control cannot be written: this value contains a control character: U+0001 cannot be sent to a device
    wrote policies/imported/in-other-spellings.yaml  adopts [id], but changes it
      warning: AboveLock/AllowToasts: `oma_uri:` keeps ./Device/Vendor/MSFT/Policy/Config/aboveLock/AllowToasts, which is how Intune has it
      warning: WiFi/Profile/Guest/WlanXml: may contain a secret, which is now in the file
      warning: ./User/Vendor/MSFT/Policy/Config/WindowsLogon/HideFastUserSwitching: written unchecked, because check says: this setting exists for the device only: write `./Device/Vendor/MSFT/Policy/Config/WindowsLogon/HideFastUserSwitching`
      warning: Authentication/AllowAadPasswordReset: `oma_uri:` keeps ./Vendor/MSFT/Policy/Config/Authentication/AllowAadPasswordReset, which is how Intune has it
      warning: ./Device/Vendor/MSFT/Contoso/Start: written unchecked, because check says: unknown setting: this node is not in the catalogue
      warning: ./Device/Vendor/MSFT/Contoso/Start: `oma_uri:` keeps Device/Vendor/MSFT/Contoso/Start, which is how Intune has it
      error: assignments are not imported: an included target cannot be written here: the Configuration Manager collection SMS00001
      plan:   assignments: not managed, stays as it is: include a target of another kind, include all devices
    wrote policies/imported/long-text.yaml  for [id], but it cannot be applied yet
      plan: the description of imported/long-text is too long: with the marker, at most 1361 characters fit; shorten `description:`
    not written: policies/imported/nothing-of-it.yaml  "Nothing of it" ([id])
      error: ./Device/Vendor/MSFT/Contoso/Control cannot be written: this value contains a control character: U+0001 cannot be sent to a device

    Import: 2 of 5 profiles written, 0 proven to be adopted unchanged; 0 skipped, 0 of other kinds. Nothing was changed in the tenant.
    reading 5 profiles; a plan of each policy then proves that adopting changes nothing else
    exit 1
    "#);
    insta::assert_snapshot!(normal(&repo.read("policies/imported/in-other-spellings.yaml")), @"
    # yaml-language-server: $schema=../../schemas/policy.schema.json
    name: In other spellings

    settings:
      Camera/AllowCamera: Not allowed
      AboveLock/AllowToasts:
        value: Allowed
        oma_uri: './Device/Vendor/MSFT/Policy/Config/aboveLock/AllowToasts'
      # WiFi/Profile/Guest/WlanXml: may contain a secret, which is now in the file
      WiFi/Profile/Guest/WlanXml: { type: xml, raw: '<a><keyMaterial>hunter2</keyMaterial></a>' }
      ./User/Vendor/MSFT/Policy/Config/WindowsLogon/HideFastUserSwitching:
        type: integer
        value: 1
        unchecked: 'imported from the tenant; check says: this setting exists for the device only: write `./Device/Vendor/MSFT/Policy/Config/WindowsLogon/HideFastUserSwitching`'
      Authentication/AllowAadPasswordReset:
        value: Allowed
        oma_uri: './Vendor/MSFT/Policy/Config/Authentication/AllowAadPasswordReset'
      ./Device/Vendor/MSFT/Contoso/Start:
        type: string
        raw: a
        unchecked: 'imported from the tenant; check says: unknown setting: this node is not in the catalogue'
        oma_uri: Device/Vendor/MSFT/Contoso/Start

    # assignments are not imported: an included target cannot be written here: the Configuration Manager
    # collection SMS00001
    # the other targets of the profile:
    # assignments:
    #   include:
    #     - { all: devices }

    adopt: { sandbox: [id] }
    ");
}

#[test]
fn existing_files_are_not_overwritten() {
    let repo = Repository::new(EMBEDDED);
    repo.policy("imported/portal-camera", "name: Mine\nsettings: { Camera/AllowCamera: 1 }\n");
    // Another problem in the repository does not matter.
    repo.policy("unknown", "name: Unknown\nsettings: { Contoso/Unknown: 1 }\n");
    insta::assert_snapshot!(import(&repo, &[]), @r#"
    not written: policies/imported/portal-camera.yaml  "Portal - Camera" ([id])
      error: policies/imported/portal-camera.yaml already exists and was not overwritten; move it, or choose another folder with `--out`
    wrote policies/imported/portal-lock-screen-hardening.yaml  adopts [id], nothing else

    Import: 1 of 2 profiles written, 1 proven to be adopted unchanged; 0 skipped, 5 of other kinds. Nothing was changed in the tenant.
    reading 2 profiles; a plan of each policy then proves that adopting changes nothing else
    exit 1
    "#);
    assert!(repo.read("policies/imported/portal-camera.yaml").starts_with("name: Mine"));
    insta::assert_snapshot!(import(&repo, &["--profile", "Portal - Camera", "--out", "policies/"]), @"
    wrote policies/portal-camera.yaml  adopts [id], nothing else

    Import: 1 of 1 profile written, 1 proven to be adopted unchanged; 0 skipped, 5 of other kinds. Nothing was changed in the tenant.
    reading 1 profile; a plan of each policy then proves that adopting changes nothing else
    exit 0
    ");
    assert!(repo.read("policies/portal-camera.yaml").starts_with("# yaml-language-server: $schema=../schemas/"));
}

#[test]
fn a_profile_is_selected_by_name_or_id() {
    let repo = Repository::new(EMBEDDED);
    let portal = repo.portal();
    let twins: Vec<Value> =
        (0..2).map(|_| portal.create("Twins", &Value::Null, &[integer("Camera/AllowCamera", 0)])).collect();
    drop(portal);
    let mut said = String::new();
    for wanted in ["Portal - Camer", "camera", "Nothing like it", "Update ring - Broad", "Twins", "Portal - Camera"] {
        said.push_str(&import(&repo, &["--profile", wanted]));
    }
    insta::assert_snapshot!(said, @r#"
    error: no custom profile in the tenant has the name or ID Portal - Camer
    help: Did you mean "Portal - Camera"?
    exit 1
    error: no custom profile in the tenant has the name or ID camera
    help: Did you mean "Portal - Camera"?
    exit 1
    error: no custom profile in the tenant has the name or ID Nothing like it
    help: leave out `--profile` to import all custom profiles
    exit 1
    error: the profile "Update ring - Broad" (windowsUpdateForBusinessConfiguration, not a custom profile) cannot be imported
    help: only custom profiles (OMA-URI) can be taken over; write a policy with the same settings
    exit 1
    error: 2 custom profiles are called "Twins": [id], [id]
    help: pass one of these IDs to `--profile`
    exit 1
    wrote policies/imported/portal-camera.yaml  adopts [id], nothing else

    Import: 1 of 1 profile written, 1 proven to be adopted unchanged; 0 skipped, 5 of other kinds. Nothing was changed in the tenant.
    reading 1 profile; a plan of each policy then proves that adopting changes nothing else
    exit 0
    "#);
    repo.ran(&["import", "--profile", &text(&twins[1]["id"]).to_uppercase()]).succeeds();
    repo.apply().succeeds();
    insta::assert_snapshot!(import(&repo, &["--profile", "Portal - Camera"]), @r#"
    error: "Portal - Camera" ([id]) is already managed here, as imported/portal-camera
    help: it already has a policy; to stop managing it, run `sspr-policy disown ID`
    exit 1
    "#);
    let other = Repository::new(&EMBEDDED.replace("owner: contoso", "owner: fabrikam"));
    copy(&repo.path(".sspr-policy"), &other.path(".sspr-policy"));
    insta::assert_snapshot!(import(&other, &["--profile", "Portal - Camera"]), @r#"
    error: "Portal - Camera" ([id]) is managed by contoso, as imported/portal-camera
    help: import it in that owner's repository
    exit 1
    "#);
    insta::assert_snapshot!(import(&repo, &["export.reg"]), @"
    error: `import` cannot read files yet
    help: leave out FILE to import the custom profiles of the environment's tenant; `--profile` selects one by its name or ID
    exit 1
    ");
    insta::assert_snapshot!(import(&repo, &["--out", "../elsewhere"]), @"
    error: `--out ../elsewhere`: it has to be inside policies/
    help: choose a folder of this repository, such as `policies/imported`
    exit 1
    ");
}

/// A deleted group has no members that could get the profile, and a number is not a secret.
#[test]
fn a_deleted_group_and_a_number_in_text_are_reported_correctly() {
    let repo = Repository::new(EMBEDDED);
    let portal = repo.portal();
    emptied(&portal);
    let length = device("String", "Policy/Config/DeviceLock/MinDevicePasswordLength", json!("8"));
    let profile = portal.create("Gone", &Value::Null, &[length]);
    let gone = json!({ "groupId": portal.group("Kiosks") });
    portal.assign(&profile, &[target("allDevices", json!({})), target("exclusionGroup", gone)]);
    drop(portal);
    let mut state: Value = serde_json::from_str(&repo.read(".sspr-policy/sandbox.json")).unwrap();
    state["groups"].as_array_mut().unwrap().retain(|group| group["displayName"] != "Kiosks");
    repo.write(".sspr-policy/sandbox.json", &state.to_string());
    insta::assert_snapshot!(import(&repo, &[]), @"
    wrote policies/imported/gone.yaml  adopts [id], but changes it
      warning: DeviceLock/MinDevicePasswordLength: written unchecked, because check says: this node takes integer, not string: devices report an error if the type is wrong
      error: assignments are not imported: an excluded target cannot be written here: the group [id] no longer exists
      plan:   assignments: not managed, stays as it is: include all devices, exclude group 11e0b253-cd96-4355-877a-…

    Import: 1 of 1 profile written, 0 proven to be adopted unchanged; 0 skipped, 0 of other kinds. Nothing was changed in the tenant.
    reading 1 profile; a plan of each policy then proves that adopting changes nothing else
    exit 1
    ");
    insta::assert_snapshot!(normal(&repo.read("policies/imported/gone.yaml")), @"
    # yaml-language-server: $schema=../../schemas/policy.schema.json
    name: Gone

    settings:
      DeviceLock/MinDevicePasswordLength:
        type: string
        raw: '8'
        unchecked: 'imported from the tenant; check says: this node takes integer, not string: devices report an error if the type is wrong'

    # assignments are not imported: an excluded target cannot be written here: the group
    # [id] no longer exists
    # the other targets of the profile:
    # assignments:
    #   include:
    #     - { all: devices }

    adopt: { sandbox: [id] }
    ");
    let before = repo.portal().profile("Gone")["assignments"].clone();
    repo.apply().succeeds();
    assert_eq!(repo.portal().profile("Gone")["assignments"], before);
    repo.assert_converged();
}

/// Intune reads the value from devices; a policy would set it.
#[test]
fn a_row_that_only_reads_is_reported_and_its_profile_not_written() {
    let repo = Repository::new(EMBEDDED);
    let portal = repo.portal();
    emptied(&portal);
    let mut asked = integer("Camera/AllowCamera", 0);
    asked["isReadOnly"] = json!(true);
    let made = portal.create("Asks", &Value::Null, &[asked, integer("AboveLock/AllowToasts", 1)]);
    drop(portal);
    insta::assert_snapshot!(import(&repo, &[]), @r#"
    not written: policies/imported/asks.yaml  "Asks" ([id])
      error: ./Device/Vendor/MSFT/Policy/Config/Camera/AllowCamera (read only) cannot be written: Intune only reads this row from devices; a policy can only write

    Import: 0 of 1 profile written, 0 proven to be adopted unchanged; 0 skipped, 0 of other kinds. Nothing was changed in the tenant.
    reading 1 profile; a plan of each policy then proves that adopting changes nothing else
    exit 1
    "#);
    let id = text(&made["id"]);
    repo.policy(
        "imported/asks",
        &format!(
            "name: Asks\nsettings: {{ Camera/AllowCamera: 0, AboveLock/AllowToasts: 1 }}\nadopt: {{ sandbox: {id} }}\n"
        ),
    );
    let plan = repo.planned();
    assert!(plan.contains("+ Camera/AllowCamera") && plan.contains("- Camera/AllowCamera (read only)"), "{plan}");
    repo.apply().succeeds();
    repo.assert_converged();
}
