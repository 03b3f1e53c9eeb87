//! Names of settings.

use insta::assert_snapshot;

use crate::harness::repository::{Repository, check, check_briefly};

#[test]
fn names_of_settings_are_case_sensitive() {
    let said = check(
        r#"
        name: Names
        settings:
          WindowsLogon/HideFastUserSwitchin: 0
          windowslogon/enablefirstlogonanimation: 0
          Experience/AllowWindowsSpotlight: 0
          User/Camera/AllowCamera: 1
          ./Vendor/MSFT/Policy/Config/Authentication/AllowAadPasswordReset: 1
          ./Device/Vendor/MSFT/Policy/Config/Browser\AllowPasswordManager: 1
          " AboveLock/AllowToasts": 1
          "AboveLock/ConfigureAudioOnLockScreen ": 1
          ./Device/Vendor/MSFT/Policy/Config/Start/HideLock/: 1
          ./Device/Vendor/MSFT//Personalization/LockScreenImageUrl: x
          Start: 1
          Contoso~Policy~Printing/Mode: 1
          Personalization/LockScreenImageStatus: 1
        "#,
    );
    assert_snapshot!(said, @r#"
    warning[R02]: device-scope-missing: the OMA-URI does not have a scope
     --> policies/policy.yaml:7:3
      |
    7 |   ./Vendor/MSFT/Policy/Config/Authentication/AllowAadPasswordReset: 1
      |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ some devices ignore this form
      |
      = note: source: azure-docs#87720; azure-docs#87726; azure-docs PR#87750 (2022); confidence high; `explain R02`
    help: write `./Device/Vendor/MSFT/Policy/Config/Authentication/AllowAadPasswordReset`
      |
    7 |   ./Device/Vendor/MSFT/Policy/Config/Authentication/AllowAadPasswordReset: 1
      |     +++++++

    error[SP0201]: unknown setting
     --> policies/policy.yaml:3:3
      |
    3 |   WindowsLogon/HideFastUserSwitchin: 0
      |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ this node is not in the catalogue
      |
      = note: source: DDF February 2026
    help: Did you mean `WindowsLogon/HideFastUserSwitching`?
      |
    3 |   WindowsLogon/HideFastUserSwitching: 0
      |                                    +

    error[SP0201]: unknown setting: names are case-sensitive
     --> policies/policy.yaml:4:3
      |
    4 |   windowslogon/enablefirstlogonanimation: 0
      |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ the correct spelling is `WindowsLogon/EnableFirstLogonAnimation`
      |
      = note: source: DDF February 2026
    help: write `WindowsLogon/EnableFirstLogonAnimation`
      |
    4 -   windowslogon/enablefirstlogonanimation: 0
    4 +   WindowsLogon/EnableFirstLogonAnimation: 0
      |

    error[SP0202]: this setting exists for the user only
     --> policies/policy.yaml:5:3
      |
    5 |   Experience/AllowWindowsSpotlight: 0
      |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ write `User/Experience/AllowWindowsSpotlight`
      |
      = note: source: DDF February 2026
    help: write `User/Experience/AllowWindowsSpotlight`
      |
    5 |   User/Experience/AllowWindowsSpotlight: 0
      |   +++++

    error[SP0202]: this setting exists for the device only
     --> policies/policy.yaml:6:3
      |
    6 |   User/Camera/AllowCamera: 1
      |   ^^^^^^^^^^^^^^^^^^^^^^^ write `Device/Camera/AllowCamera`
      |
      = note: source: DDF February 2026
    help: write `Device/Camera/AllowCamera`
      |
    6 -   User/Camera/AllowCamera: 1
    6 +   Device/Camera/AllowCamera: 1
      |

    error[SP0201]: `./Device/Vendor/MSFT/Policy/Config/Browser\AllowPasswordManager` is not a setting
     --> policies/policy.yaml:8:3
      |
    8 |   ./Device/Vendor/MSFT/Policy/Config/Browser\AllowPasswordManager: 1
      |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ an OMA-URI cannot contain a backslash; write `/`
      |
      = note: source: DDF February 2026
    help: write `./Device/Vendor/MSFT/Policy/Config/Browser/AllowPasswordManager`
      |
    8 -   ./Device/Vendor/MSFT/Policy/Config/Browser\AllowPasswordManager: 1
    8 +   ./Device/Vendor/MSFT/Policy/Config/Browser/AllowPasswordManager: 1
      |

    error[SP0201]: unknown setting
     --> policies/policy.yaml:9:3
      |
    9 |   " AboveLock/AllowToasts": 1
      |   ^^^^^^^^^^^^^^^^^^^^^^^^ the name contains extra spaces
      |
      = note: source: DDF February 2026
    help: write `AboveLock/AllowToasts`
      |
    9 -   " AboveLock/AllowToasts": 1
    9 +   "AboveLock/AllowToasts": 1
      |

    error[SP0201]: `AboveLock/ConfigureAudioOnLockScreen ` is not a setting
      --> policies/policy.yaml:10:3
       |
    10 |   "AboveLock/ConfigureAudioOnLockScreen ": 1
       |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ an OMA-URI cannot contain leading or trailing spaces
       |
       = note: source: DDF February 2026
    help: write `AboveLock/ConfigureAudioOnLockScreen`
       |
    10 -   "AboveLock/ConfigureAudioOnLockScreen ": 1
    10 +   "AboveLock/ConfigureAudioOnLockScreen": 1
       |

    error[SP0201]: `./Device/Vendor/MSFT/Policy/Config/Start/HideLock/` is not a setting
      --> policies/policy.yaml:11:3
       |
    11 |   ./Device/Vendor/MSFT/Policy/Config/Start/HideLock/: 1
       |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ an OMA-URI cannot have an empty part (two slashes in a row, or one at the end)
       |
       = note: source: DDF February 2026
    help: write `./Device/Vendor/MSFT/Policy/Config/Start/HideLock`
       |
    11 -   ./Device/Vendor/MSFT/Policy/Config/Start/HideLock/: 1
    11 +   ./Device/Vendor/MSFT/Policy/Config/Start/HideLock: 1
       |

    error[SP0201]: `./Device/Vendor/MSFT//Personalization/LockScreenImageUrl` is not a setting
      --> policies/policy.yaml:12:3
       |
    12 |   ./Device/Vendor/MSFT//Personalization/LockScreenImageUrl: x
       |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ an OMA-URI cannot have an empty part (two slashes in a row, or one at the end)
       |
       = note: source: DDF February 2026
    help: write `./Device/Vendor/MSFT/Personalization/LockScreenImageUrl`
       |
    12 -   ./Device/Vendor/MSFT//Personalization/LockScreenImageUrl: x
    12 +   ./Device/Vendor/MSFT/Personalization/LockScreenImageUrl: x
       |

    error[SP0201]: `Start` is not a setting, but a folder of 42 settings
      --> policies/policy.yaml:13:3
       |
    13 |   Start: 1
       |   ^^^^^ an inner node does not have a value
       |
       = note: settings in it: `Start/AllowPinnedFolderDocuments`, `Start/AllowPinnedFolderDownloads`, `Start/AllowPinnedFolderFileExplorer`, `Start/AllowPinnedFolderHomeGroup`, …
       = note: source: DDF February 2026
       = help: use one of its settings: `sspr-policy catalogue search Start` lists them

    error[SP0201]: unknown setting
      --> policies/policy.yaml:14:3
       |
    14 |   Contoso~Policy~Printing/Mode: 1
       |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ this node is not in the catalogue
       |
       = note: source: DDF February 2026
       = help: to use a node that is not in the catalogue, write `type:`, `raw:` and `unchecked:` with the reason

    error[SP0216]: this node cannot be set
      --> policies/policy.yaml:15:3
       |
    15 |   Personalization/LockScreenImageStatus: 1
       |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ it is read-only
       |
       = help: remove it

    12 errors (SP0201, SP0202, SP0216), 1 warning in 1 policy
    exit code 1
    "#);
}

#[test]
fn two_spellings_of_one_node_are_a_duplicate() {
    let said = check(
        r"
        name: Twice
        settings:
          Camera/AllowCamera: 1
          ./Vendor/MSFT/Policy/Config/Camera/AllowCamera: 1
          Device/Camera/AllowCamera: 0
        ",
    );
    assert_snapshot!(said, @"
    warning[R02]: device-scope-missing: the OMA-URI does not have a scope
     --> policies/policy.yaml:4:3
      |
    4 |   ./Vendor/MSFT/Policy/Config/Camera/AllowCamera: 1
      |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ some devices ignore this form
      |
      = note: source: azure-docs#87720; azure-docs#87726; azure-docs PR#87750 (2022); confidence high; `explain R02`
    help: write `./Device/Vendor/MSFT/Policy/Config/Camera/AllowCamera`
      |
    4 |   ./Device/Vendor/MSFT/Policy/Config/Camera/AllowCamera: 1
      |     +++++++

    error[SP0205]: Camera/AllowCamera is set twice
     --> policies/policy.yaml:4:3
      |
    3 |   Camera/AllowCamera: 1
      |   ------------------ first set here
    4 |   ./Vendor/MSFT/Policy/Config/Camera/AllowCamera: 1
      |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ this is the same setting in another spelling

    error[SP0205]: Camera/AllowCamera is set twice
     --> policies/policy.yaml:5:3
      |
    4 |   ./Vendor/MSFT/Policy/Config/Camera/AllowCamera: 1
      |   ---------------------------------------------- first set here
    5 |   Device/Camera/AllowCamera: 0
      |   ^^^^^^^^^^^^^^^^^^^^^^^^^ this is the same setting in another spelling

    2 errors (SP0205), 1 warning in 1 policy
    exit code 1
    ");
}

#[test]
fn intune_accepts_a_thousand_settings_in_one_profile() {
    let lines = |count: usize| {
        let line = |at| format!("  DMClient/Provider/P{at}/ConfigRefresh/Enabled: true\n");
        format!("name: Many\nsettings:\n{}", (0..count).map(line).collect::<String>())
    };
    assert_snapshot!(check_briefly(&lines(1000)), @"");
    assert_snapshot!(check(&lines(1001)), @"
    error[SP0206]: this policy has 1001 settings
        --> policies/policy.yaml:1003:3
         |
    1003 |   DMClient/Provider/P1000/ConfigRefresh/Enabled: true
         |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ Intune accepts at most 1000 in one profile
         |
         = help: split the policy into several files

    1 error (SP0206), 0 warnings in 1 policy
    exit code 1
    ");
}

#[test]
fn a_setting_that_old_releases_lack_is_a_warning() {
    let said = check(
        r#"
        name: Old
        windows: "10 1709"
        settings:
          Authentication/AllowAadPasswordReset: 1
          AboveLock/AllowActionCenterNotifications: 1
          Personalization/CompanyName: Contoso
        "#,
    );
    assert_snapshot!(said, @r#"
    warning[SP0210]: Microsoft marks this node as deprecated
     --> policies/policy.yaml:5:3
      |
    5 |   AboveLock/AllowActionCenterNotifications: 1
      |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ since 10.0.22000

    warning[SP0209]: Windows 10 1709 (build 16299) does not have this setting
     --> policies/policy.yaml:6:3
      |
    2 | windows: "10 1709"
      |          --------- this is the oldest release that must be supported
    ...
    6 |   Personalization/CompanyName: Contoso
      |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^ available only with updates: 10.0.22621.3374
      |
      = help: older devices report an error for this setting: raise `windows:`, or move the setting to a separate policy

    0 errors, 2 warnings in 1 policy
    "#);
    assert_snapshot!(check("name: Old\nwindows: Vista\nsettings: { Camera/AllowCamera: 1 }\n"), @r#"
    error[SP0110]: `Vista` is not a known release of Windows
     --> policies/policy.yaml:2:10
      |
    2 | windows: Vista
      |          ^^^^^ expected a release such as "10 1803", or a build number
      |
      = note: known releases: 7, 8, 8.1, 10, 10 1507, 10 1511, 10 1607, 10 1703, 10 1709, 10 1803, 10 1809, 10 1903, 10 1909, 10 2004, 10 20H2, 10 21H1, 10 21H2, 10 22H2, 11, 11 21H2, 11 22H2, 11 23H2, 11 24H2, 11 25H2, Server 2019, Server 2022

    1 error (SP0110), 0 warnings in 1 policy
    exit code 1
    "#);
}

/// Each name would be compared with all names of the catalogue.
#[test]
fn thousands_of_unknown_names() {
    let names = |count: usize| (0..count).map(|at| format!("  Camera/AllowCamer{at}: 1\n")).collect::<String>();
    let repository =
        Repository::lab().with_bytes("policies/a.yaml", format!("name: A\nsettings:\n{}", names(1001)).as_bytes());
    assert_snapshot!(repository.run("check"), @"
    error[SP0206]: this policy has 1001 settings
        --> policies/a.yaml:1003:3
         |
    1003 |   Camera/AllowCamer1000: 1
         |   ^^^^^^^^^^^^^^^^^^^^^ Intune accepts at most 1000 in one profile
         |
         = help: split the policy into several files

    1 error (SP0206), 0 warnings in 1 policy
    exit code 1
    ");
    let repository = repository.with_bytes("policies/a.yaml", format!("name: A\nsettings:\n{}", names(30)).as_bytes());
    let said = repository.run("check");
    assert_eq!((said.matches("error[SP0201]").count(), said.matches("Did you mean").count()), (30, 20), "{said}");
}
