//! `import`: what people made in the portal becomes policies, and the plan of these policies adopts and does nothing else.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod documents;
mod support;

use base64::Engine;
use serde_json::{Value, json};
use sspr_policy::source::{Source, parse};
use support::{EMBEDDED, Portal, Repo, integer, normal, text};

/// A row of a profile, as Graph takes it.
fn row(kind: &str, uri: &str, value: Value) -> Value {
    json!({ "@odata.type": format!("#microsoft.graph.omaSetting{kind}"), "displayName": "row", "omaUri": uri, "value": value })
}

fn device(kind: &str, path: &str, value: Value) -> Value {
    row(kind, &format!("./Device/Vendor/MSFT/{path}"), value)
}

fn base64(bytes: impl AsRef<[u8]>) -> Value {
    json!(base64::engine::general_purpose::STANDARD.encode(bytes))
}

fn target(kind: &str, more: Value) -> Value {
    let mut target = json!({ "@odata.type": format!("#microsoft.graph.{kind}AssignmentTarget") });
    target.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    target
}

/// The sandbox without the profiles that it comes with.
fn emptied(portal: &Portal) {
    portal.profiles().iter().for_each(|profile| portal.delete(profile));
}

fn import(repo: &Repo, arguments: &[&str]) -> String {
    let ran = repo.run(&[&["import"], arguments].concat());
    normal(&format!("{}{}exit {}\n", ran.out, ran.err, ran.code.unwrap()))
}

/// `check` and the editor's schema take what was written.
fn is_valid(repo: &Repo) {
    repo.run(&["check"]).succeeds();
    let schema = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/schemas/policy.schema.json")).unwrap();
    let validator = jsonschema::draft202012::new(&serde_json::from_slice(&schema).unwrap()).unwrap();
    let files = std::fs::read_dir(repo.path().join("policies/imported")).unwrap().map(|entry| entry.unwrap().path());
    for file in files.filter(|file| file.is_file()) {
        let source = Source::new("policy.yaml", std::fs::read(&file).unwrap()).unwrap();
        let document = documents::json_of(&parse(&source).unwrap());
        validator.validate(&document).unwrap_or_else(|error| panic!("{}: {error}", source.text));
    }
}

/// Imports everything, and holds the promise of the proof: after an apply nothing is left to do.
fn imports_and_converges(repo: &Repo) {
    let ran = repo.run(&["import"]).succeeds();
    assert!(!ran.out.contains("not as it is"), "{}", ran.out);
    repo.run(&["check"]).succeeds();
    repo.apply().succeeds();
    repo.assert_converged();
}

#[test]
fn what_the_portal_made_becomes_policies_that_adopt_it() {
    let repo = Repo::new(EMBEDDED);
    let before = repo.portal().profiles();
    insta::assert_snapshot!(import(&repo, &[]), @"
    wrote policies/imported/portal-camera.yaml  adopts [id], nothing else
    wrote policies/imported/portal-lock-screen-hardening.yaml  adopts [id], nothing else

    Import: 2 of 2 profiles written, 2 proven to be adopted as they are; 0 skipped, 5 of other kinds. Nothing was changed in the tenant.
    reading 2 profiles; each policy is compiled and planned before it counts
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
    skipped "Portal - Camera" ([id]): is adopted by policies/imported/portal-camera.yaml already
    skipped "Portal - Lock screen hardening" ([id]): is adopted by policies/imported/portal-lock-screen-hardening.yaml already

    Import: nothing to write; 2 skipped, 5 of other kinds. Nothing was changed in the tenant.
    exit 0
    "#);
}

#[test]
fn an_adoption_is_inert_afterwards() {
    let repo = Repo::new(EMBEDDED);
    imports_and_converges(&repo);
    assert!(repo.plan().contains("nothing to do; 2 as written"));
    let after = repo.portal().profiles();
    repo.apply().succeeds();
    assert_eq!(repo.portal().profiles(), after);
    let text = repo.read("policies/imported/portal-camera.yaml");
    let without: Vec<&str> = text.lines().filter(|line| !line.starts_with("adopt:")).collect();
    repo.policy("imported/portal-camera", &without.join("\n"));
    repo.assert_converged();
    insta::assert_snapshot!(import(&repo, &[]), @r#"
    skipped "Portal - Camera" ([id]): is ours, as imported/portal-camera
    skipped "Portal - Lock screen hardening" ([id]): is ours, as imported/portal-lock-screen-hardening

    Import: nothing to write; 2 skipped, 5 of other kinds. Nothing was changed in the tenant.
    exit 0
    "#);
}

#[test]
fn every_type_of_value_is_written_as_people_would() {
    let repo = Repo::new(EMBEDDED);
    let portal = repo.portal();
    emptied(&portal);
    let picture = "<enabled/><data id=\"EncryptionMethodWithXtsOsDropDown_Name\" value=\"7\"/><data \
                   id=\"EncryptionMethodWithXtsFdvDropDown_Name\" value=\"7\"/><data \
                   id=\"EncryptionMethodWithXtsRdvDropDown_Name\" value=\"4\"/>";
    let unescaped = "<enabled/>\r\n<data id=\"A\" value=\"1\"/>";
    let rights = "*S-1-5-32-545\u{f000}*S-1-5-32-544\u{f000}CONTOSO\\Help Desk";
    let settings = [
        integer("Authentication/AllowAadPasswordReset", 1),
        integer("LocalPoliciesSecurityOptions/InteractiveLogon_MachineInactivityLimit", 900),
        device("String", "Policy/Config/WindowsLogon/DisableLockScreenAppNotifications", json!("<disabled/>")),
        device("String", "BitLocker/EncryptionMethodByDriveType", json!(picture)),
        device("String", "Policy/Config/DeviceLock/PreventLockScreenSlideShow", json!(unescaped)),
        device("String", "Policy/Config/UserRights/AllowLocalLogOn", json!(rights)),
        device("String", "Personalization/LockScreenImageUrl", json!("https://contoso.example/a b?c=${d}#e")),
        device(
            "String",
            "Policy/Config/LocalPoliciesSecurityOptions/InteractiveLogon_MessageTextForUsersAttemptingToLogOn",
            json!("One\u{f000}Two \"three\""),
        ),
        row("Integer", "./User/Vendor/MSFT/Policy/Config/Experience/AllowWindowsSpotlight", json!(0)),
        device("Boolean", &format!("PassportForWork/{}/Policies/EnablePinRecovery", support::TENANT), json!(true)),
        device(
            "StringXml",
            "AppLocker/ApplicationLaunchRestrictions/Contoso/EXE/Policy",
            base64("<RuleCollection>\n  <Ü/>\n</RuleCollection>"),
        ),
        device(
            "StringXml",
            "AppLocker/ApplicationLaunchRestrictions/Contoso/DLL/Policy",
            base64(format!("<R>{}</R>", "x".repeat(2000))),
        ),
        device("Integer", "Contoso/Number", json!(-5)),
        device("Boolean", "Contoso/Flag", json!(false)),
        device("FloatingPoint", "Contoso/Float", json!(1.1)),
        device("DateTime", "Contoso/When", json!("2027-03-31T08:00:00Z")),
        device("Base64", "Contoso/Small", base64(b"Contoso")),
        device("Base64", "Contoso/Large", base64([0xff; 100])),
        device("String", "Contoso/Blank", json!(" ")),
        device("String", "Contoso/Odd", json!("on")),
        // Another type than the node's, and a value that it does not take.
        device("String", "Policy/Config/AboveLock/AllowToasts", json!("1")),
        device("Integer", "Policy/Config/Camera/AllowCamera", json!(77)),
    ];
    portal.create("Everything", &Value::Null, &settings);
    drop(portal);
    insta::assert_snapshot!(import(&repo, &[]), @"
    wrote policies/imported/everything.yaml  adopts [id], nothing else

    Import: 1 of 1 profile written, 1 proven to be adopted as it is; 0 skipped, 0 of other kinds. Nothing was changed in the tenant.
    reading 1 profile; its policy is compiled and planned before it counts
    exit 0
    ");
    insta::assert_snapshot!(normal(&repo.read("policies/imported/everything.yaml")), @r#"
    # yaml-language-server: $schema=../../schemas/policy.schema.json
    name: Everything

    settings:
      AppLocker/ApplicationLaunchRestrictions/Contoso/DLL/Policy:
        type: xml
        file: everything/policy.xml
      AppLocker/ApplicationLaunchRestrictions/Contoso/EXE/Policy:
        type: xml
        raw: |-
          <RuleCollection>
            <Ü/>
          </RuleCollection>
      BitLocker/EncryptionMethodByDriveType:
        enabled:
          EncryptionMethodWithXtsOsDropDown_Name: XTS-AES 256-bit
          EncryptionMethodWithXtsFdvDropDown_Name: XTS-AES 256-bit
          EncryptionMethodWithXtsRdvDropDown_Name: AES-CBC 256-bit
      ./Device/Vendor/MSFT/Contoso/Blank:
        type: string
        value: ' '
        unchecked: imported from the tenant
      ./Device/Vendor/MSFT/Contoso/Flag:
        type: boolean
        value: false
        unchecked: imported from the tenant
      ./Device/Vendor/MSFT/Contoso/Float:
        type: float
        value: 1.1
        unchecked: imported from the tenant
      ./Device/Vendor/MSFT/Contoso/Large:
        type: base64
        file: everything/large.bin
        unchecked: imported from the tenant
      ./Device/Vendor/MSFT/Contoso/Number:
        type: integer
        value: -5
        unchecked: imported from the tenant
      ./Device/Vendor/MSFT/Contoso/Odd: { type: string, raw: 'on', unchecked: imported from the tenant }
      ./Device/Vendor/MSFT/Contoso/Small:
        type: base64
        base64: 'Q29udG9zbw=='
        unchecked: imported from the tenant
      ./Device/Vendor/MSFT/Contoso/When:
        type: datetime
        raw: '[time]'
        unchecked: imported from the tenant
      PassportForWork/{TenantId}/Policies/EnablePinRecovery: true
      Personalization/LockScreenImageUrl: 'https://contoso.example/a b?c=$${d}#e'
      AboveLock/AllowToasts: { type: string, raw: '1', unchecked: imported from the tenant }
      Authentication/AllowAadPasswordReset: Allowed
      Camera/AllowCamera: { value: 77, unchecked: imported from the tenant }
      DeviceLock/PreventLockScreenSlideShow:
        raw: "<enabled/>\r\n<data id=\"A\" value=\"1\"/>"
        unchecked: imported from the tenant
      LocalPoliciesSecurityOptions/InteractiveLogon_MachineInactivityLimit: 900
      LocalPoliciesSecurityOptions/InteractiveLogon_MessageTextForUsersAttemptingToLogOn:
        - One
        - 'Two "three"'
      UserRights/AllowLocalLogOn: [Administrators, Users, CONTOSO\Help Desk]
      WindowsLogon/DisableLockScreenAppNotifications: disabled
      User/Experience/AllowWindowsSpotlight: Not allowed

    assignments:
      include: []

    adopt: { sandbox: [id] }
    "#);
    assert_eq!(std::fs::read(repo.path().join("policies/imported/everything/large.bin")).unwrap(), [0xff; 100]);
    is_valid(&repo);
    repo.apply().succeeds();
    repo.assert_converged();
}

#[test]
fn every_form_of_assignment_is_written_by_name() {
    let repo = Repo::new(EMBEDDED);
    let portal = repo.portal();
    emptied(&portal);
    let filter = |name: &str, mode: &str| {
        let all = portal.get("/beta/deviceManagement/assignmentFilters");
        let found = all["value"].as_array().unwrap().iter().find(|one| one["displayName"] == name).unwrap().clone();
        json!({ "deviceAndAppManagementAssignmentFilterId": found["id"], "deviceAndAppManagementAssignmentFilterType": mode })
    };
    let group = |name: &str| json!({ "groupId": portal.group(name) });
    let both = |mut one: Value, two: Value| {
        one.as_object_mut().unwrap().extend(two.as_object().unwrap().clone());
        one
    };
    let profile =
        portal.create("Assigned", &json!("Line one  \r\n\r\n  ${two}\r\n"), &[integer("Camera/AllowCamera", 0)]);
    portal.assign(
        &profile,
        &[
            target("allDevices", filter("Kiosk hardware", "exclude")),
            target("allLicensedUsers", json!({})),
            target("group", both(group("SSPR Pilot"), filter("Windows 11 corporate", "include"))),
            target("group", group("Front Desk")),
            target("group", group("R&D #1 100% + A/B")),
            target("group", both(group("SSPR Ring 2"), filter("Duplicate filter", "include"))),
            target("group", both(group("Kiosks"), filter("Duplicate filter", "exclude"))),
            target("exclusionGroup", group("Bob's PCs")),
            target("exclusionGroup", group("Größe Ölmühle")),
        ],
    );
    portal.patch(&profile, json!({ "roleScopeTagIds": ["0", "2", "1"] }));
    portal.create("Assigned to nobody", &Value::Null, &[integer("Camera/AllowCamera", 1)]);
    drop(portal);
    insta::assert_snapshot!(import(&repo, &[]), @"
    wrote policies/imported/assigned.yaml  adopts [id], nothing else
    wrote policies/imported/assigned-to-nobody.yaml  adopts [id], nothing else

    Import: 2 of 2 profiles written, 2 proven to be adopted as they are; 0 skipped, 0 of other kinds. Nothing was changed in the tenant.
    reading 2 profiles; each policy is compiled and planned before it counts
    exit 0
    ");
    insta::assert_snapshot!(normal(&repo.read("policies/imported/assigned.yaml")), @r#"
    # yaml-language-server: $schema=../../schemas/policy.schema.json
    name: Assigned
    description: "Line one  \n\n  $${two}"

    settings:
      Camera/AllowCamera: Not allowed

    assignments:
      include:
        - { all: devices, filter: { exclude: Kiosk hardware } }
        - { all: users }
        - { group: 'R&D #1 100% + A/B' }
        - { group: Front Desk, id: [id] }
        - { group: Kiosks, filter: { exclude: { name: Duplicate filter, id: [id] } } }
        - { group: SSPR Pilot, filter: Windows 11 corporate }
        - { group: SSPR Ring 2, filter: { name: Duplicate filter, id: [id] } }
      exclude:
        - { group: 'Bob''s PCs' }
        - { group: Größe Ölmühle }

    scope_tags: [Branch Office, Default, Service Desk]
    adopt: { sandbox: [id] }
    "#);
    repo.apply().succeeds();
    repo.assert_converged();
}

#[test]
fn names_of_all_kinds_become_files_and_come_back() {
    let names = [
        "Bob's PCs",
        "R&D #1 100% + A/B",
        "Größe Ölmühle",
        "con",
        "NUL.txt",
        "..leading",
        "trailing.",
        "日本語 😀 👩‍👩‍👧",
        "on",
        "null",
        "1",
        "- # yaml: [no, {it: is}] &not *a !tag",
        "costs ${5} $${6}",
        " blanks ",
        "a\tb",
        "\u{feff}mark\u{200b}",
        "Same",
        "same",
        "SAME!",
        "e\u{301} decomposed",
        "'",
        "\"",
        "\\",
        "{x}",
        "%",
        "@",
        "`",
        "|",
        ">",
        "?",
        ":",
        "-",
        "#",
        "...",
        "---",
        "~",
        "=",
        "<<",
    ];
    let repo = Repo::new(EMBEDDED);
    let portal = repo.portal();
    emptied(&portal);
    for (at, name) in names.iter().enumerate() {
        let uri = format!("Contoso/{at}/{}", name.replace(['/', '\\', '{', '}', '\t', '\u{feff}'], "-").trim());
        portal.create(name, &json!(name), &[device("String", &uri, json!(name))]);
    }
    portal.create(&"long ".repeat(40), &Value::Null, &[integer("Camera/AllowCamera", 0)]);
    drop(portal);
    imports_and_converges(&repo);
    let mut files: Vec<String> = std::fs::read_dir(repo.path().join("policies/imported"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    files.sort();
    assert_eq!(files.len(), names.len() + 1);
    // Profiles without a name in Latin letters, or with one that others have, are called by their ids.
    files.retain(|file| !file.starts_with("profile-") && !file.starts_with("same-"));
    insta::assert_snapshot!(files.join("\n"), @"
    1.yaml
    a-b.yaml
    blanks.yaml
    bob-s-pcs.yaml
    costs-5-6.yaml
    e-decomposed.yaml
    groesse-oelmuehle.yaml
    leading.yaml
    long-long-long-long-long-long-long-long-long-long-long-long-long-long-long-long.yaml
    mark.yaml
    null.yaml
    on.yaml
    r-d-1-100-a-b.yaml
    trailing.yaml
    x.yaml
    yaml-no-it-is-not-a-tag.yaml
    ");
}

#[test]
fn what_no_policy_can_say_is_told_and_the_rest_is_written() {
    let repo = Repo::new(EMBEDDED);
    let portal = repo.portal();
    emptied(&portal);
    let lost = [
        integer("Camera/AllowCamera", 0),
        row("Integer", "./Vendor/MSFT/Policy/Config/Authentication/AllowAadPasswordReset", json!(1)),
        row("Integer", "./Device/Vendor/MSFT/Policy/Config/aboveLock/AllowToasts", json!(1)),
        row("Integer", "./User/Vendor/MSFT/Policy/Config/WindowsLogon/HideFastUserSwitching", json!(1)),
        device("String", "Contoso/Control", json!("a\u{1}b")),
        row("String", "Device/Vendor/MSFT/Contoso/Start", json!("a")),
        device("StringXml", "WiFi/Profile/Guest/WlanXml", base64("<a><keyMaterial>hunter2</keyMaterial></a>")),
    ];
    let profile = portal.create("Half of it", &Value::Null, &lost);
    let collection = json!({ "collectionId": "SMS00001" });
    portal.assign(&profile, &[target("configurationManagerCollection", collection), target("allDevices", json!({}))]);
    portal.create("Nothing of it", &Value::Null, &[device("String", "Contoso/Control", json!("\u{1}"))]);
    portal.create("Empty", &Value::Null, &[]);
    portal.create("Long text", &json!("x".repeat(1450)), &[integer("Camera/AllowCamera", 0)]);
    drop(portal);
    insta::assert_snapshot!(import(&repo, &[]), @r#"
    not written: policies/imported/empty.yaml  "Empty" ([id])
      error: the profile holds no settings, and a policy sets something
    wrote policies/imported/half-of-it.yaml  adopts [id], and not as it is
      error: ./Device/Vendor/MSFT/Contoso/Control cannot be written here, and applying takes it out of the profile: a control character is in this value: U+0001 cannot be sent to a device
      warning: in the tenant this is ./Device/Vendor/MSFT/Policy/Config/aboveLock/AllowToasts; applying makes it ./Device/Vendor/MSFT/Policy/Config/AboveLock/AllowToasts
      warning: WiFi/Profile/Guest/WlanXml: may hold a secret; it now stands in the file
      error: ./User/Vendor/MSFT/Policy/Config/WindowsLogon/HideFastUserSwitching cannot be written here, and applying takes it out of the profile: Windows has this node for the device only
      warning: in the tenant this is ./Vendor/MSFT/Policy/Config/Authentication/AllowAadPasswordReset; applying makes it ./Device/Vendor/MSFT/Policy/Config/Authentication/AllowAadPasswordReset
      error: Device/Vendor/MSFT/Contoso/Start cannot be written here, and applying takes it out of the profile: an OMA-URI begins with `./Device/` or `./User/`
      error: assignments are left as they are: an included target cannot be written here: the Configuration Manager collection SMS00001
      plan: - Contoso/Control [device]                           (hidden)
      plan: + AboveLock/AllowToasts [device]                     Allowed (1)
      plan: + Authentication/AllowAadPasswordReset [device]      Allowed (1)
      plan: - aboveLock/AllowToasts [device]                     1
      plan: - WindowsLogon/HideFastUserSwitching [user]          1
      plan: - ./Vendor/MSFT/Policy/Config/Authentication/AllowAadPasswordReset [device]   1
      plan: - Device/Vendor/MSFT/Contoso/Start [device]          (hidden)
      plan:   assignments: not managed, stays as it is: include a target of another kind, include all devices
    wrote policies/imported/long-text.yaml  for [id], and it cannot be applied as it is
      plan: the description of imported/long-text is too long: with our marker, at most 1361 characters fit; shorten `description:`
    not written: policies/imported/nothing-of-it.yaml  "Nothing of it" ([id])
      error: ./Device/Vendor/MSFT/Contoso/Control cannot be written: a control character is in this value: U+0001 cannot be sent to a device

    Import: 2 of 4 profiles written, 0 proven to be adopted as they are; 0 skipped, 0 of other kinds. Nothing was changed in the tenant.
    reading 4 profiles; each policy is compiled and planned before it counts
    exit 1
    "#);
    insta::assert_snapshot!(normal(&repo.read("policies/imported/half-of-it.yaml")), @"
    # yaml-language-server: $schema=../../schemas/policy.schema.json
    name: Half of it

    settings:
      # ./Device/Vendor/MSFT/Contoso/Control cannot be written here, and applying takes it out of the
      # profile: a control character is in this value: U+0001 cannot be sent to a device
      Camera/AllowCamera: Not allowed
      # in the tenant this is ./Device/Vendor/MSFT/Policy/Config/aboveLock/AllowToasts; applying makes
      # it ./Device/Vendor/MSFT/Policy/Config/AboveLock/AllowToasts
      AboveLock/AllowToasts: Allowed
      # WiFi/Profile/Guest/WlanXml: may hold a secret; it now stands in the file
      WiFi/Profile/Guest/WlanXml: { type: xml, raw: '<a><keyMaterial>hunter2</keyMaterial></a>' }
      # ./User/Vendor/MSFT/Policy/Config/WindowsLogon/HideFastUserSwitching cannot be written here, and
      # applying takes it out of the profile: Windows has this node for the device only
      # in the tenant this is ./Vendor/MSFT/Policy/Config/Authentication/AllowAadPasswordReset; applying
      # makes it ./Device/Vendor/MSFT/Policy/Config/Authentication/AllowAadPasswordReset
      Authentication/AllowAadPasswordReset: Allowed
      # Device/Vendor/MSFT/Contoso/Start cannot be written here, and applying takes it out of the
      # profile: an OMA-URI begins with `./Device/` or `./User/`

    # assignments are left as they are: an included target cannot be written here: the Configuration
    # Manager collection SMS00001
    # the other targets that are there:
    # assignments:
    #   include:
    #     - { all: devices }

    adopt: { sandbox: [id] }
    ");
}

#[test]
fn nothing_that_is_there_is_overwritten() {
    let repo = Repo::new(EMBEDDED);
    repo.policy("imported/portal-camera", "name: Mine\nsettings: { Camera/AllowCamera: 1 }\n");
    // Another problem of the repository is another matter.
    repo.policy("unknown", "name: Unknown\nsettings: { Contoso/Unknown: 1 }\n");
    insta::assert_snapshot!(import(&repo, &[]), @r#"
    not written: policies/imported/portal-camera.yaml  "Portal - Camera" ([id])
      error: policies/imported/portal-camera.yaml is there already, and was left as it is: move it away, or name another `--out`
    wrote policies/imported/portal-lock-screen-hardening.yaml  adopts [id], nothing else

    Import: 1 of 2 profiles written, 1 proven to be adopted as they are; 0 skipped, 5 of other kinds. Nothing was changed in the tenant.
    reading 2 profiles; each policy is compiled and planned before it counts
    exit 1
    "#);
    assert!(repo.read("policies/imported/portal-camera.yaml").starts_with("name: Mine"));
    insta::assert_snapshot!(import(&repo, &["--profile", "Portal - Camera", "--out", "policies/"]), @"
    wrote policies/portal-camera.yaml  adopts [id], nothing else

    Import: 1 of 1 profile written, 1 proven to be adopted as it is; 0 skipped, 5 of other kinds. Nothing was changed in the tenant.
    reading 1 profile; its policy is compiled and planned before it counts
    exit 0
    ");
    assert!(repo.read("policies/portal-camera.yaml").starts_with("# yaml-language-server: $schema=../schemas/"));
}

#[test]
fn one_profile_is_chosen_by_its_name_or_its_id() {
    let repo = Repo::new(EMBEDDED);
    let portal = repo.portal();
    let twins: Vec<Value> =
        (0..2).map(|_| portal.create("Twins", &Value::Null, &[integer("Camera/AllowCamera", 0)])).collect();
    drop(portal);
    let mut said = String::new();
    for wanted in ["Portal - Camer", "camera", "Nothing like it", "Update ring - Broad", "Twins", "Portal - Camera"] {
        said.push_str(&import(&repo, &["--profile", wanted]));
    }
    insta::assert_snapshot!(said, @r#"
    error: no custom profile in the tenant has the name or the id Portal - Camer
    help: did you mean "Portal - Camera"
    exit 1
    error: no custom profile in the tenant has the name or the id camera
    help: did you mean "Portal - Camera"
    exit 1
    error: no custom profile in the tenant has the name or the id Nothing like it
    help: without `--profile`, all custom profiles are imported
    exit 1
    error: the profile "Update ring - Broad" of another kind (windowsUpdateForBusinessConfiguration) cannot be imported
    help: only custom profiles (OMA-URI) can be taken over: write the same settings as a policy
    exit 1
    error: 2 custom profiles are called "Twins": [id], [id]
    help: write `--profile` with the id of the one that is meant
    exit 1
    wrote policies/imported/portal-camera.yaml  adopts [id], nothing else

    Import: 1 of 1 profile written, 1 proven to be adopted as it is; 0 skipped, 5 of other kinds. Nothing was changed in the tenant.
    reading 1 profile; its policy is compiled and planned before it counts
    exit 0
    "#);
    repo.run(&["import", "--profile", &text(&twins[1]["id"]).to_uppercase()]).succeeds();
    repo.apply().succeeds();
    insta::assert_snapshot!(import(&repo, &["--profile", "Portal - Camera"]), @r#"
    error: "Portal - Camera" ([id]) is ours, as imported/portal-camera
    help: it has a policy; `disown ID` takes our marker off
    exit 1
    "#);
    let other = Repo::new(&EMBEDDED.replace("owner: contoso", "owner: fabrikam"));
    support::copy(&repo.path().join(".sspr-policy"), &other.path().join(".sspr-policy"));
    insta::assert_snapshot!(import(&other, &["--profile", "Portal - Camera"]), @r#"
    error: "Portal - Camera" ([id]) belongs to contoso, as imported/portal-camera
    help: import it in the repository of that owner
    exit 1
    "#);
    insta::assert_snapshot!(import(&repo, &["export.reg"]), @"
    error: not yet: `import` reads no files
    help: without FILE it reads the custom profiles of an environment's tenant; `--profile NAME|ID` reads one of them
    exit 1
    ");
    insta::assert_snapshot!(import(&repo, &["--out", "../elsewhere"]), @"
    error: `--out ../elsewhere`: policies lie below policies/
    help: name a folder of this repository, as `policies/imported`
    exit 1
    ");
}

#[test]
fn every_ready_made_policy_comes_back_from_the_tenant() {
    let repo = Repo::new(EMBEDDED);
    let own = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    support::copy(&own.join("policies"), &repo.path().join("policies"));
    std::fs::copy(own.join("sspr-policy.yaml"), repo.path().join("sspr-policy.yaml")).unwrap();
    emptied(&repo.portal());
    repo.apply().succeeds();
    let profiles = repo.portal().profiles();
    assert_eq!(profiles.len(), 7);
    for profile in &profiles {
        repo.run(&["disown", &text(&profile["id"])]).succeeds();
    }
    std::fs::remove_dir_all(repo.path().join("policies")).unwrap();
    imports_and_converges(&repo);
    is_valid(&repo);
    insta::assert_snapshot!(normal(&repo.read("policies/imported/windows-nothing-in-the-way-of-password-reset.yaml")), @r#"
    # yaml-language-server: $schema=../../schemas/policy.schema.json
    name: Windows - Nothing in the way of password reset
    description: 'Settings that hide or break "Reset password" at sign-in, at the value that does not.'

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

/// It may be the one that adopts the profile already.
#[test]
fn a_policy_that_cannot_be_read_stops_an_import() {
    let repo = Repo::new(EMBEDDED);
    let id = text(&repo.portal().profile("Portal - Camera")["id"]);
    repo.policy("mine", &format!("name: [\nadopt: {{ sandbox: {id} }}\n"));
    insta::assert_snapshot!(import(&repo, &[]), @"
    error[SP0102]: this is not the YAML that we read
     --> policies/mine.yaml:1:7
      |
    1 | name: [
      |       ^ unclosed bracket '['
    error: nothing was imported: policies with errors may adopt the same profiles
    help: mend them first; `check` shows them, too
    exit 1
    ");
    assert!(!repo.path().join("policies/imported").exists());
}

#[test]
fn a_profile_of_ours_without_its_policy_is_no_policy() {
    let repo = Repo::new(EMBEDDED);
    repo.run(&["import", "--profile", "Portal - Camera"]).succeeds();
    repo.apply().succeeds();
    repo.remove("imported/portal-camera");
    insta::assert_snapshot!(import(&repo, &["--profile", "Portal - Camera"]), @r#"
    error: "Portal - Camera" ([id]) is ours, as imported/portal-camera
    help: its policy is not here: bring the file back, or take our marker off with `disown ID` and import again
    exit 1
    "#);
}

/// A deleted group has no members that could come into reach, and a number is no secret.
#[test]
fn a_deleted_group_and_a_number_in_a_text_are_told_as_what_they_are() {
    let repo = Repo::new(EMBEDDED);
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
    wrote policies/imported/gone.yaml  adopts [id], and not as it is
      error: assignments are left as they are: an excluded target cannot be written here: the group [id] is not there any more, and reaches nobody
      plan:   assignments: not managed, stays as it is: include all devices, exclude group 11e0b253-cd96-4355-877a-…

    Import: 1 of 1 profile written, 0 proven to be adopted as it is; 0 skipped, 0 of other kinds. Nothing was changed in the tenant.
    reading 1 profile; its policy is compiled and planned before it counts
    exit 1
    ");
    insta::assert_snapshot!(normal(&repo.read("policies/imported/gone.yaml")), @"
    # yaml-language-server: $schema=../../schemas/policy.schema.json
    name: Gone

    settings:
      DeviceLock/MinDevicePasswordLength:
        type: string
        raw: '8'
        unchecked: imported from the tenant

    # assignments are left as they are: an excluded target cannot be written here: the group
    # [id] is not there any more, and reaches nobody
    # the other targets that are there:
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

/// Intune asks devices for it; a policy would set what was only asked for.
#[test]
fn a_row_that_only_reads_is_left_out_and_told() {
    let repo = Repo::new(EMBEDDED);
    let portal = repo.portal();
    emptied(&portal);
    let mut asked = integer("Camera/AllowCamera", 0);
    asked["isReadOnly"] = json!(true);
    let made = portal.create("Asks", &Value::Null, &[asked, integer("AboveLock/AllowToasts", 1)]);
    drop(portal);
    insta::assert_snapshot!(import(&repo, &[]), @"
    wrote policies/imported/asks.yaml  adopts [id], and not as it is
      error: ./Device/Vendor/MSFT/Policy/Config/Camera/AllowCamera (read only) cannot be written here, and applying takes it out of the profile: Intune reads this row from devices, and a policy only writes
      plan: - Camera/AllowCamera (read only) [device]            0

    Import: 1 of 1 profile written, 0 proven to be adopted as it is; 0 skipped, 0 of other kinds. Nothing was changed in the tenant.
    reading 1 profile; its policy is compiled and planned before it counts
    exit 1
    ");
    let id = text(&made["id"]);
    repo.policy(
        "imported/asks",
        &format!(
            "name: Asks\nsettings: {{ Camera/AllowCamera: 0, AboveLock/AllowToasts: 1 }}\nadopt: {{ sandbox: {id} }}\n"
        ),
    );
    let plan = repo.plan();
    assert!(plan.contains("+ Camera/AllowCamera") && plan.contains("- Camera/AllowCamera (read only)"), "{plan}");
    repo.apply().succeeds();
    repo.assert_converged();
}
