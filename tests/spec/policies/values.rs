//! Values of settings.

use insta::assert_snapshot;

use crate::harness::repository::{Repository, check, check_briefly};

#[test]
fn the_node_must_accept_the_value() {
    let said = check(
        r"
        name: Values
        settings:
          Authentication/AllowAadPasswordReset: 2
          Camera/AllowCamera: Alowed
          DMClient/Provider/MS DM Server/ConfigRefresh/Cadence: 1441
          Personalization/CompanyName: 'Contoso Limited, all of its companies'
          SharedPC/EnableSharedPCMode: 1
          LocalPoliciesSecurityOptions/InteractiveLogon_SmartCardRemovalBehavior: Panic
          LAPS/Policies/PasswordAgeDays: a month
        ",
    );
    assert_snapshot!(said, @r#"
    error[SP0204]: this value is not allowed
     --> policies/policy.yaml:3:41
      |
    3 |   Authentication/AllowAadPasswordReset: 2
      |                                         ^ Authentication/AllowAadPasswordReset takes 0 = "Not allowed" or 1 = "Allowed"
      |
      = note: source: DDF February 2026

    error[SP0204]: this value is not allowed
     --> policies/policy.yaml:4:23
      |
    4 |   Camera/AllowCamera: Alowed
      |                       ^^^^^^ Camera/AllowCamera takes 0 = "Not allowed" or 1 = "Allowed"
      |
      = note: source: DDF February 2026
    help: write `Allowed`
      |
    4 |   Camera/AllowCamera: Allowed
      |                         +

    error[SP0204]: this value is not allowed
     --> policies/policy.yaml:5:57
      |
    5 |   DMClient/Provider/MS DM Server/ConfigRefresh/Cadence: 1441
      |                                                         ^^^^ DMClient/Provider/{ProviderID}/ConfigRefresh/Cadence takes a number from 30 to 1440
      |
      = note: source: DDF February 2026

    error[SP0204]: this value is not allowed
     --> policies/policy.yaml:6:32
      |
    6 |   Personalization/CompanyName: 'Contoso Limited, all of its companies'
      |                                ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ Personalization/CompanyName takes text that matches ^.{1,30}$
      |
      = note: source: DDF February 2026

    error[SP0204]: this value is not allowed
     --> policies/policy.yaml:7:32
      |
    7 |   SharedPC/EnableSharedPCMode: 1
      |                                ^ SharedPC/EnableSharedPCMode takes false = "Not configured" or true = "Enabled"
      |
      = note: source: DDF February 2026
    help: write `true`
      |
    7 -   SharedPC/EnableSharedPCMode: 1
    7 +   SharedPC/EnableSharedPCMode: true
      |

    error[SP0204]: this value is not allowed
     --> policies/policy.yaml:8:75
      |
    8 |   LocalPoliciesSecurityOptions/InteractiveLogon_SmartCardRemovalBehavior: Panic
      |                                                                           ^^^^^ LocalPoliciesSecurityOptions/InteractiveLogon_SmartCardRemovalBehavior takes 0 = "No Action", 1 = "Lock Workstation", 2 = "Force Logoff" or 3
      |
      = note: source: DDF February 2026

    error[SP0203]: LAPS/Policies/PasswordAgeDays takes a whole number
     --> policies/policy.yaml:9:34
      |
    9 |   LAPS/Policies/PasswordAgeDays: a month
      |                                  ^^^^^^^ this is text
      |
      = note: source: DDF February 2026

    7 errors (SP0203, SP0204), 0 warnings in 1 policy
    exit code 1
    "#);
}

#[test]
fn the_form_of_a_value_must_match_the_node() {
    let said = check_briefly(
        r"
        name: Forms
        settings:
          Authentication/AllowAadPasswordReset: [1]
          Camera/AllowCamera: { enabled: true }
          AboveLock/AllowToasts: { value: 1, raw: '1' }
          Start/HideLock: {}
          Start/HideSwitchAccount: { base64: aGk= }
          Personalization/LockScreenImageUrl: [a, b]
          Personalization/DesktopImageUrl: { base64: '!!!' }
          AboveLock/ConfigureAudioOnLockScreen: { raw: 1 }
          Browser/AllowPasswordManager: { value: 1, type: word }
        ",
    );
    assert_snapshot!(said, @"
    policy.yaml:5:26 error[SP0105] the long form of a setting needs exactly one value: found more than one of `value`, `enabled`, `raw`, `file` and `base64`
    policy.yaml:6:19 error[SP0105] the long form of a setting needs exactly one value: found none of `value`, `enabled`, `raw`, `file` and `base64`
    policy.yaml:10:48 error[SP0105] expected text, found a whole number: `raw:` is text that is sent unchanged (write `value: 1`)
    policy.yaml:11:51 error[SP0105] `word` is not allowed here: use `integer`, `string`, `boolean`, `xml`, `base64`, `float`, `datetime`
    exit code 1
    ");
    let said = check_briefly(
        r"
        name: Forms
        settings:
          Authentication/AllowAadPasswordReset: [1]
          Camera/AllowCamera: { enabled: true }
          Start/HideSwitchAccount: { base64: aGk= }
          Personalization/LockScreenImageUrl: [a, b]
          Personalization/DesktopImageUrl: { base64: '!!!' }
          Contoso/Mode: { raw: x, unchecked: ours }
          Contoso/Number: { value: x, type: integer, unchecked: ours }
          Contoso/Large: { value: 3000000000, type: integer, unchecked: ours }
          Contoso/Flag: { value: 1, type: boolean, unchecked: ours }
          Contoso/Date: { value: 2027-03-31, type: datetime, unchecked: ours }
          Contoso/Float: { value: much, type: float, unchecked: ours }
          Contoso/Bytes: { value: aGk=, type: base64, unchecked: ours }
        ",
    );
    assert_snapshot!(said, @r#"
    policy.yaml:3:41 error[SP0204] this value is not allowed: Authentication/AllowAadPasswordReset takes 0 = "Not allowed" or 1 = "Allowed"
    policy.yaml:4:34 error[SP0203] Camera/AllowCamera is not ADMX-backed: `enabled:` is for ADMX-backed policies only
    policy.yaml:5:38 error[SP0203] this node takes integer, not Base64
    policy.yaml:6:39 error[SP0203] this setting does not accept a list: expected a single value
    policy.yaml:7:46 error[SP0203] this is not valid Base64: Invalid symbol 33, offset 0.
    policy.yaml:8:17 error[SP0217] the data type of this setting is not known: write `type:` (integer, string, boolean, xml, base64, float, datetime)
    policy.yaml:9:28 error[SP0203] this node takes a whole number: this is text
    policy.yaml:10:27 error[SP0204] this value is not allowed: this node takes a 32-bit whole number
    policy.yaml:11:26 error[SP0203] this node takes true or false: this is a whole number (write `true`)
    policy.yaml:12:26 error[SP0203] this node takes a date and time with its time zone, such as 2027-03-31T08:00:00Z: this is text
    policy.yaml:13:27 error[SP0203] this node takes a single-precision number: this is text
    policy.yaml:14:27 error[SP0203] this node takes `{ base64: … }` or `{ file: … }`: this is text
    exit code 1
    "#);
}

#[test]
fn an_admx_backed_policy_is_enabled_or_disabled() {
    let said = check(
        r"
        name: ADMX
        settings:
          WindowsLogon/DisableLockScreenAppNotifications: 0
          WindowsLogon/DontDisplayNetworkSelectionUI: enabeld
          WindowsLogon/ConfigAutomaticRestartSignOn: enabled
          ADMX_ControlPanelDisplay/CPL_Personalization_ForceDefaultLockScreen: { enabled: lock.jpg }
          ADMX_CredentialProviders/DefaultCredentialProvider: { enabled: { DefaultCredentialProvider_Massage: x } }
        ",
    );
    assert_snapshot!(said, @"
    error[SP0203]: WindowsLogon/DisableLockScreenAppNotifications is ADMX-backed
     --> policies/policy.yaml:3:51
      |
    3 |   WindowsLogon/DisableLockScreenAppNotifications: 0
      |                                                   ^ this is a whole number; write `enabled` or `disabled`
      |
      = note: source: DDF February 2026
    help: write `disabled`
      |
    3 -   WindowsLogon/DisableLockScreenAppNotifications: 0
    3 +   WindowsLogon/DisableLockScreenAppNotifications: disabled
      |

    error[SP0204]: this value is not allowed
     --> policies/policy.yaml:4:47
      |
    4 |   WindowsLogon/DontDisplayNetworkSelectionUI: enabeld
      |                                               ^^^^^^^ WindowsLogon/DontDisplayNetworkSelectionUI is ADMX-backed: write `enabled` or `disabled`
      |
      = note: source: DDF February 2026
    help: write `enabled`
      |
    4 -   WindowsLogon/DontDisplayNetworkSelectionUI: enabeld
    4 +   WindowsLogon/DontDisplayNetworkSelectionUI: enabled
      |

    error[SP0208]: WindowsLogon/ConfigAutomaticRestartSignOn needs `ConfigAutomaticRestartSignOnDescription`
     --> policies/policy.yaml:5:46
      |
    5 |   WindowsLogon/ConfigAutomaticRestartSignOn: enabled
      |                                              ^^^^^^^ an enabled policy needs a value for every element
      |
      = note: write `{ enabled: { ConfigAutomaticRestartSignOnDescription: … } }`
      = note: source: DDF February 2026

    error[SP0208]: ADMX_ControlPanelDisplay/CPL_Personalization_ForceDefaultLockScreen has 2 elements
     --> policies/policy.yaml:6:83
      |
    6 |   ADMX_ControlPanelDisplay/CPL_Personalization_ForceDefaultLockScreen: { enabled: lock.jpg }
      |                                                                                   ^^^^^^^^ expected a map of elements by ID
      |
      = note: elements: LockScreenImage, LockScreenOverlaysDisabled
      = note: source: DDF February 2026

    error[SP0208]: ADMX_CredentialProviders/DefaultCredentialProvider has no element `DefaultCredentialProvider_Massage`
     --> policies/policy.yaml:7:68
      |
    7 |   ADMX_CredentialProviders/DefaultCredentialProvider: { enabled: { DefaultCredentialProvider_Massage: x } }
      |                                                                    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = note: elements: DefaultCredentialProvider_Message
      = note: source: DDF February 2026
    help: write `DefaultCredentialProvider_Message`
      |
    7 -   ADMX_CredentialProviders/DefaultCredentialProvider: { enabled: { DefaultCredentialProvider_Massage: x } }
    7 +   ADMX_CredentialProviders/DefaultCredentialProvider: { enabled: { DefaultCredentialProvider_Message: x } }
      |

    5 errors (SP0203, SP0204, SP0208), 0 warnings in 1 policy
    exit code 1
    ");
}

#[test]
fn the_elements_of_an_admx_backed_policy_are_checked() {
    let said = check_briefly(
        r#"
        name: Elements
        settings:
          ADMX_ControlPanelDisplay/CPL_Personalization_ForceDefaultLockScreen:
            enabled: { LockScreenImage: lock.jpg, LockScreenOverlaysDisabled: maybe }
          ADMX_CredentialProviders/DefaultCredentialProvider:
            enabled: "0123456789012345678901234567890123456789012345678"
          WindowsLogon/ConfigAutomaticRestartSignOn: { enabled: 2 }
          InternetExplorer/AllowSiteToZoneAssignmentList: { enabled: [https://intranet.contoso.com] }
          User/InternetExplorer/AllowSiteToZoneAssignmentList: { enabled: { IZ_ZonemapPrompt: { a: [1] } } }
          User/ADMX_WinLogon/CustomShell: { raw: <enabled/> }
          WindowsLogon/EnableMPRNotifications: { raw: <on/> }
          DeviceLock/PreventLockScreenSlideShow: { enabled: { Nothing: 1 } }
          BitLocker/EncryptionMethodByDriveType: { enabled: { a: 1 } }
        "#,
    );
    assert_snapshot!(said, @"
    policy.yaml:4:71 error[SP0208] `LockScreenOverlaysDisabled` takes true or false: this is text
    policy.yaml:6:14 error[SP0208] `DefaultCredentialProvider_Message` takes at most 48 characters, not 49: this is text
    policy.yaml:7:57 error[SP0208] `ConfigAutomaticRestartSignOnDescription` takes 0, 1 (Always Enabled): this is a whole number
    policy.yaml:8:62 error[SP0208] `IZ_ZonemapPrompt` takes a map of names and values: this is a list
    policy.yaml:9:87 error[SP0208] `IZ_ZonemapPrompt` takes texts: this is a map
    policy.yaml:10:42 error[SP0208] ADMX_WinLogon/CustomShell needs `CustomShellInst`: an enabled policy needs a value for every element
    policy.yaml:11:47 error[SP0208] the payload contains more than <enabled/>, <disabled/> and <data/>
    policy.yaml:12:55 error[SP0208] DeviceLock/PreventLockScreenSlideShow has no element `Nothing`
    policy.yaml:13:55 error[SP0208] BitLocker/EncryptionMethodByDriveType has no element `a`
    exit code 1
    ");
}

#[test]
fn an_item_of_a_list_cannot_contain_the_separator() {
    let said = check(
        r#"
        name: Lists
        settings:
          NetworkProxy/ProxyServer/Exceptions: [intranet.contoso.com, "a;b"]
          UserRights/AllowLocalLogOn: [Administrators, "Users\uF000Guests"]
          Authentication/ConfigureWebSignInAllowedUrls: [{ url: contoso.com }]
        "#,
    );
    assert_snapshot!(said, @r#"
    error[SP0211]: an item contains `;`, which is the separator of the list
     --> policies/policy.yaml:3:63
      |
    3 |   NetworkProxy/ProxyServer/Exceptions: [intranet.contoso.com, "a;b"]
      |                                                               ^^^^^ Windows would read it as two items
      |
      = note: source: DDF February 2026

    error[SP0211]: an item contains `U+F000`, which is the separator of the list
     --> policies/policy.yaml:4:48
      |
    4 |   UserRights/AllowLocalLogOn: [Administrators, "Users\uF000Guests"]
      |                                                ^^^^^^^^^^^^^^^^^^^ Windows would read it as two items
      |
      = note: source: DDF February 2026

    error[SP0203]: an item is a map
     --> policies/policy.yaml:5:50
      |
    5 |   Authentication/ConfigureWebSignInAllowedUrls: [{ url: contoso.com }]
      |                                                  ^^^^^^^^^^^^^^^^^^ expected text
      |
      = note: source: DDF February 2026

    3 errors (SP0203, SP0211), 0 warnings in 1 policy
    exit code 1
    "#);
}

#[test]
fn a_file_must_be_in_the_repository() {
    let repository = Repository::lab()
        .with_bytes("policies/wdac.bin", b"\xff\xff")
        .with("secret.txt", "outside of policies, inside of the repository\n")
        .with(
            "policies/files.yaml",
            r"
            name: Files
            settings:
              AppLocker/ApplicationLaunchRestrictions/A/EXE/Policy: { file: missing.xml }
              AppLocker/ApplicationLaunchRestrictions/B/EXE/Policy: { file: ../../outside.xml }
              AppLocker/ApplicationLaunchRestrictions/C/EXE/Policy: { file: /etc/hostname }
              AppLocker/ApplicationLaunchRestrictions/D/EXE/Policy: { file: wdac.bin }
              AppLocker/ApplicationLaunchRestrictions/E/EXE/Policy: { file: . }
              Camera/AllowCamera: { file: ../secret.txt }
            ",
        );
    assert_snapshot!(repository.run("check"), @"
    error[SP0415]: this file cannot be read
     --> policies/files.yaml:3:65
      |
    3 |   AppLocker/ApplicationLaunchRestrictions/A/EXE/Policy: { file: missing.xml }
      |                                                                 ^^^^^^^^^^^ policies/missing.xml does not exist

    error[SP0415]: this file cannot be read
     --> policies/files.yaml:4:65
      |
    4 |   AppLocker/ApplicationLaunchRestrictions/B/EXE/Policy: { file: ../../outside.xml }
      |                                                                 ^^^^^^^^^^^^^^^^^ policies/../../outside.xml is outside the policy repository

    error[SP0415]: this file cannot be read
     --> policies/files.yaml:5:65
      |
    5 |   AppLocker/ApplicationLaunchRestrictions/C/EXE/Policy: { file: /etc/hostname }
      |                                                                 ^^^^^^^^^^^^^ policies//etc/hostname does not exist

    error[SP0415]: the file is not UTF-8
     --> policies/files.yaml:6:65
      |
    6 |   AppLocker/ApplicationLaunchRestrictions/D/EXE/Policy: { file: wdac.bin }
      |                                                                 ^^^^^^^^ expected text

    error[SP0415]: this file cannot be read
     --> policies/files.yaml:7:65
      |
    7 |   AppLocker/ApplicationLaunchRestrictions/E/EXE/Policy: { file: . }
      |                                                                 ^ policies/. is a folder

    error[SP0203]: a setting of type integer cannot be read from a file
     --> policies/files.yaml:8:31
      |
    8 |   Camera/AllowCamera: { file: ../secret.txt }
      |                               ^^^^^^^^^^^^^
      |
      = note: source: DDF February 2026

    6 errors (SP0203, SP0415), 0 warnings in 1 policy
    exit code 1
    ");
}
