//! Values, assignments and names in the form in which people would write them.

use serde_json::{Value, json};

use super::{base64, device, emptied, import, imports_and_converges, is_valid, row, target};
use crate::harness::{EMBEDDED, Repository, TENANT, integer, normal};

#[test]
fn every_type_of_value_is_written_as_people_would() {
    let repo = Repository::new(EMBEDDED);
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
        device("Boolean", &format!("PassportForWork/{}/Policies/EnablePinRecovery", TENANT), json!(true)),
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
        // Another type than the node's, and a value that it does not accept.
        device("String", "Policy/Config/AboveLock/AllowToasts", json!("1")),
        device("Integer", "Policy/Config/Camera/AllowCamera", json!(77)),
    ];
    portal.create("Everything", &Value::Null, &settings);
    drop(portal);
    insta::assert_snapshot!(import(&repo, &[]), @r#"
    wrote policies/imported/everything.yaml  adopts [id], nothing else
      warning: ./Device/Vendor/MSFT/Contoso/Blank: written unchecked, because check says: unknown setting: this node is not in the catalogue
      warning: ./Device/Vendor/MSFT/Contoso/Flag: written unchecked, because check says: unknown setting: this node is not in the catalogue
      warning: ./Device/Vendor/MSFT/Contoso/Float: written unchecked, because check says: unknown setting: this node is not in the catalogue
      warning: ./Device/Vendor/MSFT/Contoso/Large: written unchecked, because check says: unknown setting: this node is not in the catalogue
      warning: ./Device/Vendor/MSFT/Contoso/Number: written unchecked, because check says: unknown setting: this node is not in the catalogue
      warning: ./Device/Vendor/MSFT/Contoso/Odd: written unchecked, because check says: unknown setting: this node is not in the catalogue
      warning: ./Device/Vendor/MSFT/Contoso/Small: written unchecked, because check says: unknown setting: this node is not in the catalogue
      warning: ./Device/Vendor/MSFT/Contoso/When: written unchecked, because check says: unknown setting: this node is not in the catalogue
      warning: AboveLock/AllowToasts: written unchecked, because check says: this node takes integer, not string: devices report an error if the type is wrong
      warning: Camera/AllowCamera: written unchecked, because check says: this value is not allowed: Camera/AllowCamera takes 0 = "Not allowed" or 1 = "Allowed"
      warning: DeviceLock/PreventLockScreenSlideShow: written unchecked, because check says: DeviceLock/PreventLockScreenSlideShow has no element `A`

    Import: 1 of 1 profile written, 1 proven to be adopted unchanged; 0 skipped, 0 of other kinds. Nothing was changed in the tenant.
    reading 1 profile; a plan of each policy then proves that adopting changes nothing else
    exit 0
    "#);
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
        unchecked: 'imported from the tenant; check says: unknown setting: this node is not in the catalogue'
      ./Device/Vendor/MSFT/Contoso/Flag:
        type: boolean
        value: false
        unchecked: 'imported from the tenant; check says: unknown setting: this node is not in the catalogue'
      ./Device/Vendor/MSFT/Contoso/Float:
        type: float
        value: 1.1
        unchecked: 'imported from the tenant; check says: unknown setting: this node is not in the catalogue'
      ./Device/Vendor/MSFT/Contoso/Large:
        type: base64
        file: everything/large.bin
        unchecked: 'imported from the tenant; check says: unknown setting: this node is not in the catalogue'
      ./Device/Vendor/MSFT/Contoso/Number:
        type: integer
        value: -5
        unchecked: 'imported from the tenant; check says: unknown setting: this node is not in the catalogue'
      ./Device/Vendor/MSFT/Contoso/Odd:
        type: string
        raw: 'on'
        unchecked: 'imported from the tenant; check says: unknown setting: this node is not in the catalogue'
      ./Device/Vendor/MSFT/Contoso/Small:
        type: base64
        base64: 'Q29udG9zbw=='
        unchecked: 'imported from the tenant; check says: unknown setting: this node is not in the catalogue'
      ./Device/Vendor/MSFT/Contoso/When:
        type: datetime
        raw: '[time]'
        unchecked: 'imported from the tenant; check says: unknown setting: this node is not in the catalogue'
      PassportForWork/{TenantId}/Policies/EnablePinRecovery: true
      Personalization/LockScreenImageUrl: 'https://contoso.example/a b?c=$${d}#e'
      AboveLock/AllowToasts:
        type: string
        raw: '1'
        unchecked: 'imported from the tenant; check says: this node takes integer, not string: devices report an error if the type is wrong'
      Authentication/AllowAadPasswordReset: Allowed
      Camera/AllowCamera:
        value: 77
        unchecked: 'imported from the tenant; check says: this value is not allowed: Camera/AllowCamera takes 0 = "Not allowed" or 1 = "Allowed"'
      DeviceLock/PreventLockScreenSlideShow:
        raw: "<enabled/>\r\n<data id=\"A\" value=\"1\"/>"
        unchecked: 'imported from the tenant; check says: DeviceLock/PreventLockScreenSlideShow has no element `A`'
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
    assert_eq!(std::fs::read(repo.path("policies/imported/everything/large.bin")).unwrap(), [0xff; 100]);
    is_valid(&repo);
    repo.apply().succeeds();
    repo.assert_converged();
}

#[test]
fn every_form_of_assignment_is_written_by_name() {
    let repo = Repository::new(EMBEDDED);
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

    Import: 2 of 2 profiles written, 2 proven to be adopted unchanged; 0 skipped, 0 of other kinds. Nothing was changed in the tenant.
    reading 2 profiles; a plan of each policy then proves that adopting changes nothing else
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
fn names_of_all_kinds_become_valid_file_names() {
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
    let repo = Repository::new(EMBEDDED);
    let portal = repo.portal();
    emptied(&portal);
    for (at, name) in names.iter().enumerate() {
        let uri = format!("Contoso/{at}/{}", name.replace(['/', '\\', '{', '}', '\t', '\u{feff}'], "-").trim());
        portal.create(name, &json!(name), &[device("String", &uri, json!(name))]);
    }
    portal.create(&"long ".repeat(40), &Value::Null, &[integer("Camera/AllowCamera", 0)]);
    drop(portal);
    imports_and_converges(&repo);
    let mut files: Vec<String> = std::fs::read_dir(repo.path("policies/imported"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    files.sort();
    assert_eq!(files.len(), names.len() + 1);
    // Profiles without a name in Latin letters, or with a name that others have, are named by ID.
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
