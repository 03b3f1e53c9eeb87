//! `explain` on one screen: a setting by any of its names, a rule, a target.

use insta::assert_snapshot;
use sspr_policy::catalogue::Catalogue;
use sspr_policy::diagnostic::Code;
use sspr_policy::report::{registry_block, setting_block};
use sspr_policy::setting::{OmaUri, Scope};

use crate::harness::repository::{CONFIGURATION, Repository};

fn explain(what: &str) -> String {
    Repository::empty().run(&["explain", what])
}

#[test]
fn a_setting_on_one_screen() {
    // ADMX-backed, without elements.
    assert_snapshot!("lock_screen_notifications", explain("WindowsLogon/DisableLockScreenAppNotifications"));
    // Choices, with the registry's own value.
    assert_snapshot!("password_reset", explain("Authentication/AllowAadPasswordReset"));
    // For users; 1 here is 0 in the registry.
    assert_snapshot!("spotlight_for_users", explain("User/Experience/AllowWindowsSpotlight"));
    // Elements with labels and choices, in releases and backports.
    assert_snapshot!("bitlocker_recovery", explain("BitLocker/FixedDrivesRecoveryOptions"));
    assert_snapshot!("default_lock_screen", explain("CPL_Personalization_ForceDefaultLockScreen"));
    // More choices than fit on a line.
    assert_snapshot!("many_choices", explain("CloudDesktop/SetMaxConnectionTimeout"));
    // A security option with names in templates and in the registry, too long for one line.
    assert_snapshot!("legal_notice", explain("LegalNoticeText"));
    // A user right: a list without a registry value.
    assert_snapshot!("allow_log_on_locally", explain("SeInteractiveLogonRight"));
    // Placeholders: the tenant's ID is filled in, others are not.
    assert_snapshot!("windows_hello", explain("UsePassportForWork"));
    assert_snapshot!("vpn_profile", explain("VPNv2/{ProfileName}/AlwaysOn"));
    // Depends on another setting; from an older file; previews only, and deprecated.
    assert_snapshot!("depends", explain("LAPS/Policies/ADPasswordEncryptionEnabled"));
    assert_snapshot!("of_an_old_file", explain("UnifiedWriteFilter/NextSession/FilterEnabled"));
    assert_snapshot!("preview_and_deprecated", explain("EnableBootToCloudSharedPCMode"));
    // Partial; read-only.
    assert_snapshot!("lock_screen_image", explain("Personalization/LockScreenImageUrl"));
    assert_snapshot!("only_read", explain("./DevDetail/Ext/Microsoft/OSPlatform"));
}

#[test]
fn every_name_of_a_setting_is_understood() {
    let screen = explain("WindowsLogon/DisableLockScreenAppNotifications");
    for name in [
        "./Device/Vendor/MSFT/Policy/Config/WindowsLogon/DisableLockScreenAppNotifications",
        "./Vendor/MSFT/Policy/Config/WindowsLogon/DisableLockScreenAppNotifications",
        "Device/WindowsLogon/DisableLockScreenAppNotifications",
        "windowslogon/disablelockscreenappnotifications",
        "User/WindowsLogon/DisableLockScreenAppNotifications",
        "DisableLockScreenAppNotifications",
        "device_vendor_msft_policy_config_windowslogon_disablelockscreenappnotifications",
        "Turn off app notifications on the lock screen",
        "Computer > Administrative Templates > System > Logon > Turn off app notifications on the lock screen",
        "Computer > System > Logon > Turn off app notifications on the lock screen",
        r"Computer Configuration\Administrative Templates\System\Logon\Turn off app notifications on the lock screen",
        "computer configuration/policies/administrative templates/system/logon/turn off APP notifications on the lock screen",
        "logon.admx/DisableLockScreenAppNotifications",
        r"HKLM\Software\Policies\Microsoft\Windows\System DisableLockScreenAppNotifications",
        r"HKLM\Software\Policies\Microsoft\Windows\System\DisableLockScreenAppNotifications",
        r"hkey_local_machine\software\policies\microsoft\windows\system disablelockscreenappnotifications",
    ] {
        assert_eq!(explain(name), screen, "{name}");
    }
    assert_eq!(Repository::empty().run("explain Turn off app notifications on the lock screen"), screen);
}

#[test]
fn every_screen_is_a_hundred_columns_wide_but_for_names_that_are_longer() {
    let catalogue = Catalogue::embedded();
    for node in catalogue.nodes().step_by(97) {
        let screen = explain(&node.uri);
        // Names are not broken, so that they can be copied; YAML is not broken either.
        let lines = screen.lines().take_while(|line| !line.starts_with("  To copy"));
        let long = |line: &&str| line.chars().count() > 100 && line.get(15..).unwrap_or_default().contains(' ');
        let too_long: Vec<&str> = lines.filter(long).collect();
        assert!(too_long.is_empty(), "{}: {too_long:#?}", node.uri);
        assert!(screen.contains("Source"), "{screen}");
    }
}

#[test]
fn a_name_of_several_settings_lists_them() {
    assert_snapshot!("many_of_one_title", explain("Allow installation of desktop items"));
    // Nodes, and Group Policies without a node, in one list.
    assert_snapshot!("of_both_kinds", explain("Configure cookies"));
    let path =
        "User Configuration/Administrative Templates/Windows Components/Internet Explorer/Turn on menu bar by default";
    assert_snapshot!("a_path_names_one", explain(path));
}

#[test]
fn a_group_policy_without_a_node_shows_alternatives() {
    assert_snapshot!("without_a_node", explain("msedge.admx/PasswordExportEnabled"));
    assert_snapshot!("without_a_node_elements", explain("inetres.admx/IZ_PolicyInstallDesktopItems_7"));
    assert_snapshot!("smart_card", explain("Interactive logon: Require smart card"));
    assert_eq!(explain("ScForceOption"), explain("Interactive logon: Require smart card"));
}

#[test]
fn explain_lists_the_policies_that_set_it() {
    let repository = Repository::lab()
        .with(
            "policies/a/on.yaml",
            "name: On\nsettings:\n  ./Vendor/MSFT/Policy/Config/Authentication/AllowAadPasswordReset: Allowed\n",
        )
        .with(
            "policies/b.yaml",
            r"
            name: B
            registry:
              HKLM\software\Policies\Microsoft\AzureADAccount:
                AllowPasswordReset: 1
            ",
        );
    let screen = repository.succeeds("explain AllowAadPasswordReset");
    let lines: Vec<&str> = screen.lines().skip_while(|line| !line.contains("Set here by")).take(2).collect();
    assert_eq!(
        lines,
        ["  Set here by  policies/a/on.yaml:3: Allowed", "               policies/b.yaml:4: 1, in the registry"]
    );
    let broken = repository.with("sspr-policy.yaml", "owner: [\n");
    let said = broken.succeeds("explain AllowAadPasswordReset");
    assert!(
        said.ends_with(
            "note: the policy repository cannot be read, so the embedded catalogue is used. Run `sspr-policy check` to see why\n"
        )
    );
}

#[test]
fn a_rule_by_its_name_or_its_code() {
    assert_snapshot!("rule_of_values", explain("I04"));
    assert_eq!(explain("fast-user-switching-hidden"), explain("i04"));
    assert_snapshot!("rule_of_rules", explain("I13"));
    assert_snapshot!("rule_of_policies", explain("R04"));
    assert_snapshot!("all_rules", explain("rules"));
}

#[test]
fn a_target_of_the_repository() {
    let repository = Repository::empty()
        .with(
            "sspr-policy.yaml",
            r"
            owner: contoso
            default: lab
            targets:
              pilot: { include: [{ group: SSPR Pilot, filter: Windows 11 }], exclude: [{ group: Kiosks }] }
            environments:
              lab: { tenant: sandbox, targets: { pilot: { include: [{ all: users }, { id: 3f2a }] } } }
            ",
        )
        .with("policies/a.yaml", "name: A\nsettings: { Camera/AllowCamera: 1 }\nassignments: pilot\n");
    assert_snapshot!(repository.run("explain pilot"), @"
    target pilot (everywhere)
      include group SSPR Pilot, only devices that match the filter Windows 11
      exclude group Kiosks
    target pilot (lab)
      include all users
      include group 3f2a
      used by a
    ");
}

#[test]
fn an_unknown_name_gets_a_suggestion() {
    let mut said = String::new();
    for what in [
        "WindowsLogon/HideFastUserSwitchin",
        "lock-screen-notification-off",
        "Turn off app notification on the lock screens",
        "Something else",
        "SP0201",
        r"HKLM\Software\Nothing Here",
    ] {
        said.push_str(&format!("> {what}\n{}\n", explain(what)));
    }
    said.push_str(&Repository::empty().run("explain"));
    assert_snapshot!("unknown", said);
}

/// `explain` shows a policy to copy that passes `check`: for every node that can be set, in each of its scopes, and for
/// every Group Policy without a node. All are in one repository, so that the program runs only once.
#[test]
fn the_policy_to_copy_passes_check() {
    let catalogue = Catalogue::embedded();
    let mut blocks: Vec<(String, String)> = Vec::new();
    for node in catalogue.nodes().filter(|node| node.is_settable()) {
        for scope in [Scope::Device, Scope::User].into_iter().filter(|scope| node.scope.has(*scope)) {
            let uri = node.address(scope);
            // Some older files have a star as the name.
            let name = catalogue.name_of(&uri).replace('*', "Contoso");
            let uri = OmaUri::parse(&uri.as_str().replace('*', "Contoso")).unwrap();
            let found = catalogue.resolve(&name).unwrap();
            assert_eq!((found.uri, found.node.unwrap()), (uri.clone(), node), "{name}");
            blocks.push((name.clone(), setting_block(node, &uri, &name)));
        }
    }
    assert!(blocks.len() > 4_000, "{}", blocks.len());
    // Assigned to nobody, because conflicts between them do not matter here.
    let head = "name: Copy\nassignments: { include: [] }\n";
    let mut repository = Repository::lab();
    for (at, some) in blocks.chunks(1000).enumerate() {
        let text: String = some.iter().map(|(_, block)| block.as_str()).collect();
        let policy = format!("{head}settings:\n{text}");
        repository = repository.with_bytes(&format!("policies/settings-{at}.yaml"), policy.as_bytes());
    }
    let forms = catalogue.only_policies().filter_map(|policy| policy.registry.as_ref());
    let mut exported = 0;
    for (at, form) in forms.enumerate() {
        for scope in [Scope::Device, Scope::User] {
            let Some(block) = registry_block(form, scope) else { continue };
            let policy = format!("{head}registry:\n{block}");
            let file = format!("policies/registry-{at}-{}.yaml", scope.word());
            repository = repository.with_bytes(&file, policy.as_bytes());
            exported += 1;
        }
    }
    assert!(exported > 2_000, "{exported}");
    let ran = repository.ran("check --quiet --output-format json");
    let json: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    let wrong: Vec<String> = json["diagnostics"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|finding| finding["severity"] == "error")
        .map(|finding| {
            let (file, line) = (finding["file"].as_str().unwrap_or_default(), finding["line"].as_u64().unwrap_or(1));
            let text = if file.is_empty() { String::new() } else { repository.read(file) };
            let line = text.lines().nth(line as usize - 1).unwrap_or_default().trim().to_string();
            format!("{file} {}: {} | {line}", finding["code"], finding["label"])
        })
        .collect();
    assert!(wrong.is_empty(), "{} are wrong:\n{}", wrong.len(), wrong.join("\n"));
    ran.succeeds();
}

#[test]
fn a_code_on_one_screen() {
    assert_snapshot!(explain("SP0201"), @"
    SP0201: This setting is not known

      The catalogue of Windows settings has no setting with this name. It may be misspelled, its case
      may be wrong (Windows distinguishes upper and lower case), or it may be the name of a folder of
      settings. Use the suggested name, or look it up with `sspr-policy catalogue search WORD`. For a
      setting that the catalogue really lacks, write `type:`, the value, and `unchecked:` with the
      reason.

      Example
        settings:
          Authentication/AllowAadPasswordRest: 1      # …PasswordReset
    ");
    // In any case, and a code without an example.
    assert_snapshot!(explain("sp0107"), @"
    SP0107: The file is empty

      A policy or configuration file has no content. Write it, or delete the file. `sspr-policy init`
      writes an example into an empty folder.
    ");
    assert_snapshot!(explain("SP0299"), @"
    error: SP0299 is not a code
    help: docs/codes.md lists all codes
    exit code 1
    ");
    assert_snapshot!(explain("SP9"), @"
    error: SP9 is not a code
    help: docs/codes.md lists all codes
    exit code 1
    ");
}

/// The output of `check` for the policy or the configuration that contains a code's example.
fn checked(example: &str) -> String {
    let environment = |lines: &str| {
        let indented: String = lines.lines().map(|line| format!("    {line}\n")).collect();
        let tenant = if lines.contains("tenant:") { "" } else { "    tenant: contoso.onmicrosoft.com\n" };
        format!("owner: contoso\ndefault: lab\nenvironments:\n  lab:\n{tenant}{indented}")
    };
    let configuration = match example.split(':').next().unwrap() {
        "owner" => format!("{example}default: lab\nenvironments: {{ lab: {{ tenant: sandbox }} }}\n"),
        "environments" if example.contains("tenant:") => format!("owner: contoso\ndefault: pilot\n{example}"),
        "catalogue" => format!("{}{example}", CONFIGURATION),
        "tenant" | "graph_url" | "fingerprint_key" => environment(example),
        "client_id" => environment(&format!("auth: {{ method: device-code, {} }}", example.trim_end())),
        _ => {
            let name = if example.contains("name:") { "" } else { "name: Example\n" };
            let set = if example.contains("settings") || example.contains("registry:") {
                ""
            } else {
                "settings: { Camera/AllowCamera: 1 }\n"
            };
            return Repository::lab()
                .with_bytes("policies/a.yaml", format!("{name}{example}{set}").as_bytes())
                .run("check");
        }
    };
    Repository::lab()
        .with_bytes("sspr-policy.yaml", configuration.as_bytes())
        .with("policies/a.yaml", "name: Example\nsettings: { Camera/AllowCamera: 1 }\n")
        .run("check")
}

/// All codes of `check`; the examples of exports and plans show other things.
#[test]
fn examples_of_codes_have_the_problem_that_they_describe() {
    let by_check = Code::ALL.into_iter().take_while(|code| *code != Code::NotInTenant);
    let mut others = Vec::new();
    for code in by_check.filter(|code| !matches!(code, Code::SecretInExport | Code::MarkerInDescription)) {
        let Some(example) = code.about().example else { continue };
        let said = checked(example);
        assert_eq!(said.ends_with("exit code 1\n"), said.contains("error["), "{said}");
        if !said.contains(&format!("[{code}]")) {
            others.push(format!("{code}\n{example}\n{said}"));
        }
    }
    assert!(others.is_empty(), "{}", others.join("\n"));
}
