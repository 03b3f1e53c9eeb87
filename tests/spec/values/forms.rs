//! Every form of a value and of a name.

use insta::assert_snapshot;

use super::compiled;

#[test]
fn a_label_in_any_case_or_its_number() {
    let said = compiled(
        "
        Authentication/AllowAadPasswordReset: Allowed
        Camera/AllowCamera: not ALLOWED
        AboveLock/AllowToasts: 1
        AboveLock/ConfigureAudioOnLockScreen: 2
        Start/HideLock: 'Do Not Hide'
        WindowsLogon/EnableFirstLogonAnimation: disabled
        Start/HideSwitchAccount: '1'
        LocalPoliciesSecurityOptions/InteractiveLogon_SmartCardRemovalBehavior: lock workstation
        ",
    );
    assert_snapshot!(said, @"
    policies/values.yaml:6:3 Microsoft lists this node for preview builds only: released builds may not have it
    ./Device/Vendor/MSFT/Policy/Config/AboveLock/AllowToasts | integer | 1
    ./Device/Vendor/MSFT/Policy/Config/AboveLock/ConfigureAudioOnLockScreen | integer | 2
    ./Device/Vendor/MSFT/Policy/Config/Authentication/AllowAadPasswordReset | integer | 1
    ./Device/Vendor/MSFT/Policy/Config/Camera/AllowCamera | integer | 0
    ./Device/Vendor/MSFT/Policy/Config/LocalPoliciesSecurityOptions/InteractiveLogon_SmartCardRemovalBehavior | string | 1
    ./Device/Vendor/MSFT/Policy/Config/Start/HideLock | integer | 0
    ./Device/Vendor/MSFT/Policy/Config/Start/HideSwitchAccount | integer | 1
    ./Device/Vendor/MSFT/Policy/Config/WindowsLogon/EnableFirstLogonAnimation | integer | 0
    ");
}

#[test]
fn a_number_is_valid_for_an_enum_of_strings() {
    let said = compiled(
        "\n  LocalPoliciesSecurityOptions/InteractiveLogon_SmartCardRemovalBehavior: 3\n  Camera/AllowCamera: 0x1\n",
    );
    assert_snapshot!(said, @"
    ./Device/Vendor/MSFT/Policy/Config/Camera/AllowCamera | integer | 1
    ./Device/Vendor/MSFT/Policy/Config/LocalPoliciesSecurityOptions/InteractiveLogon_SmartCardRemovalBehavior | string | 3
    ");
}

#[test]
fn booleans() {
    let said = compiled(
        "
        PassportForWork/{TenantId}/Policies/EnablePinRecovery: true
        SharedPC/EnableSharedPCMode: 'True'
        SharedPC/EnableSharedPCModeWithOneDriveSync: not configured
        LAPS/Policies/AutomaticAccountManagementEnableAccount: false
        LAPS/Policies/AutomaticAccountManagementRandomizeName: True
        ",
    );
    assert_snapshot!(said, @"
    ./Device/Vendor/MSFT/LAPS/Policies/AutomaticAccountManagementEnableAccount | boolean | false
    ./Device/Vendor/MSFT/LAPS/Policies/AutomaticAccountManagementRandomizeName | boolean | true
    ./Device/Vendor/MSFT/PassportForWork/8f6d0000-0000-4000-8000-000000000000/Policies/EnablePinRecovery | boolean | true
    ./Device/Vendor/MSFT/SharedPC/EnableSharedPCMode | boolean | true
    ./Device/Vendor/MSFT/SharedPC/EnableSharedPCModeWithOneDriveSync | boolean | false
    ");
}

#[test]
fn all_forms_of_a_name_mean_the_same_address() {
    let said = compiled(
        "
        Camera/AllowCamera: 1
        Device/AboveLock/AllowToasts: 1
        User/Experience/AllowWindowsSpotlight: 0
        ./Device/Vendor/MSFT/Personalization/LockScreenImageUrl: https://contoso.example/lock.jpg
        csp:SharedPC/EnableSharedPCMode: true
        NetworkProxy/AutoDetect: 1
        PassportForWork/{TenantId}/Policies/EnablePinRecovery: true
        User/PassportForWork/{TenantId}/Policies/UsePassportForWork: true
        ./User/Vendor/MSFT/Policy/Config/Browser/AllowPasswordManager: 1
        ",
    );
    assert_snapshot!(said, @"
    ./Device/Vendor/MSFT/NetworkProxy/AutoDetect | integer | 1
    ./Device/Vendor/MSFT/PassportForWork/8f6d0000-0000-4000-8000-000000000000/Policies/EnablePinRecovery | boolean | true
    ./Device/Vendor/MSFT/Personalization/LockScreenImageUrl | string | https://contoso.example/lock.jpg
    ./Device/Vendor/MSFT/Policy/Config/AboveLock/AllowToasts | integer | 1
    ./Device/Vendor/MSFT/Policy/Config/Camera/AllowCamera | integer | 1
    ./Device/Vendor/MSFT/SharedPC/EnableSharedPCMode | boolean | true
    ./User/Vendor/MSFT/PassportForWork/8f6d0000-0000-4000-8000-000000000000/Policies/UsePassportForWork | boolean | true
    ./User/Vendor/MSFT/Policy/Config/Browser/AllowPasswordManager | integer | 1
    ./User/Vendor/MSFT/Policy/Config/Experience/AllowWindowsSpotlight | integer | 0
    ");
}

#[test]
fn admx_backed_policies() {
    let said = compiled(
        r#"
        WindowsLogon/DisableLockScreenAppNotifications: disabled
        WindowsLogon/EnableMPRNotifications: Enabled
        DeviceLock/PreventLockScreenSlideShow: { enabled: true }
        DeviceLock/PreventEnablingLockScreenCamera: { value: enabled }
        ADMX_CredentialProviders/DefaultCredentialProvider: { enabled: "{D6886603-9D2F-4EB2-B667-1971041FA96B}" }
        WindowsLogon/ConfigAutomaticRestartSignOn: { enabled: always enabled }
        ADMX_ControlPanelDisplay/CPL_Personalization_ForceDefaultLockScreen:
          enabled: { LockScreenOverlaysDisabled: true, LockScreenImage: 'C:\A & "B"\<lock>.jpg' }
        InternetExplorer/AllowSiteToZoneAssignmentList:
          enabled: { IZ_ZonemapPrompt: { "https://intranet.contoso.com": 1, "https://contoso.com": 2 } }
        User/InternetExplorer/AllowSiteToZoneAssignmentList:
          enabled: { "https://intranet.contoso.com": 1 }
        User/ADMX_WinLogon/CustomShell: { raw: '<enabled/>  <data id="CustomShellInst" value="explorer.exe" />' }
        CredentialsUI/DisablePasswordReveal: <disabled/>
        "#,
    );
    assert_snapshot!(said, @r#"
    ./Device/Vendor/MSFT/Policy/Config/ADMX_ControlPanelDisplay/CPL_Personalization_ForceDefaultLockScreen | string | <enabled/><data id="LockScreenImage" value="C:\A &amp; &quot;B&quot;\&lt;lock&gt;.jpg"/><data id="LockScreenOverlaysDisabled" value="true"/>
    ./Device/Vendor/MSFT/Policy/Config/ADMX_CredentialProviders/DefaultCredentialProvider | string | <enabled/><data id="DefaultCredentialProvider_Message" value="{D6886603-9D2F-4EB2-B667-1971041FA96B}"/>
    ./Device/Vendor/MSFT/Policy/Config/CredentialsUI/DisablePasswordReveal | string | <disabled/>
    ./Device/Vendor/MSFT/Policy/Config/DeviceLock/PreventEnablingLockScreenCamera | string | <enabled/>
    ./Device/Vendor/MSFT/Policy/Config/DeviceLock/PreventLockScreenSlideShow | string | <enabled/>
    ./Device/Vendor/MSFT/Policy/Config/InternetExplorer/AllowSiteToZoneAssignmentList | string | <enabled/><data id="IZ_ZonemapPrompt" value="https://intranet.contoso.com␟1␟https://contoso.com␟2"/>
    ./Device/Vendor/MSFT/Policy/Config/WindowsLogon/ConfigAutomaticRestartSignOn | string | <enabled/><data id="ConfigAutomaticRestartSignOnDescription" value="1"/>
    ./Device/Vendor/MSFT/Policy/Config/WindowsLogon/DisableLockScreenAppNotifications | string | <disabled/>
    ./Device/Vendor/MSFT/Policy/Config/WindowsLogon/EnableMPRNotifications | string | <enabled/>
    ./User/Vendor/MSFT/Policy/Config/ADMX_WinLogon/CustomShell | string | <enabled/><data id="CustomShellInst" value="explorer.exe"/>
    ./User/Vendor/MSFT/Policy/Config/InternetExplorer/AllowSiteToZoneAssignmentList | string | <enabled/><data id="IZ_ZonemapPrompt" value="https://intranet.contoso.com␟1"/>
    "#);
}

#[test]
fn lists_are_joined_with_the_separator_of_their_node() {
    let said = compiled(
        r"
        UserRights/AllowLocalLogOn: [Administrators, users, BUILTIN\Guests, NT AUTHORITY\SERVICE, Contoso\Helpdesk, '*S-1-5-32-551']
        UserRights/DenyLocalLogOn: []
        NetworkProxy/ProxyServer/Exceptions: [intranet.contoso.com, 10.0.0.1]
        Authentication/ConfigureWebSignInAllowedUrls: contoso.com;contoso.example
        LocalPoliciesSecurityOptions/InteractiveLogon_MessageTextForUsersAttemptingToLogOn: [For authorized users only., 007]
        ",
    );
    assert_snapshot!(said, @r"
    ./Device/Vendor/MSFT/NetworkProxy/ProxyServer/Exceptions | string | intranet.contoso.com;10.0.0.1
    ./Device/Vendor/MSFT/Policy/Config/Authentication/ConfigureWebSignInAllowedUrls | string | contoso.com;contoso.example
    ./Device/Vendor/MSFT/Policy/Config/LocalPoliciesSecurityOptions/InteractiveLogon_MessageTextForUsersAttemptingToLogOn | string | For authorized users only.␟007
    ./Device/Vendor/MSFT/Policy/Config/UserRights/AllowLocalLogOn | string | *S-1-5-32-544␟*S-1-5-32-545␟*S-1-5-32-546␟*S-1-5-32-551␟*S-1-5-6␟Contoso\Helpdesk
    ./Device/Vendor/MSFT/Policy/Config/UserRights/DenyLocalLogOn | string |
    ");
}

#[test]
fn one_name_for_a_user_right_is_a_list_of_one() {
    assert_snapshot!(compiled("\n  UserRights/AllowLocalLogOn: Administrators\n"), @"./Device/Vendor/MSFT/Policy/Config/UserRights/AllowLocalLogOn | string | *S-1-5-32-544");
}

#[test]
fn files_lose_their_byte_order_mark_and_carriage_returns_unless_they_are_bytes() {
    let said = compiled(
        "
        AppLocker/ApplicationLaunchRestrictions/Contoso/EXE/Policy: { file: applocker/exe.xml }
        Contoso/Policy: { file: wdac.bin, type: base64, unchecked: our own CSP }
        Contoso/Xml: { file: applocker/exe.xml, type: xml, unchecked: our own CSP }
        ",
    );
    assert_snapshot!(said, @"
    ./Device/Vendor/MSFT/AppLocker/ApplicationLaunchRestrictions/Contoso/EXE/Policy | string | <RuleCollection>␊  <Rule/>␊</RuleCollection>␊
    ./Device/Vendor/MSFT/Policy/Config/Contoso/Policy | base64 | 77u/AA0K/w==
    ./Device/Vendor/MSFT/Policy/Config/Contoso/Xml | xml | <RuleCollection>␊  <Rule/>␊</RuleCollection>␊
    ");
}

#[test]
fn settings_outside_the_catalogue() {
    let said = compiled(
        r#"
        BitLocker/EncryptionMethodByDriveType:
          raw: <enabled/><data id="EncryptionMethodWithXtsOsDropDown_Name" value="7"/>
          unchecked: DDF Feb 2026 names the wrong ADMX policy
        Contoso~Policy~Printing/Mode: { type: string, raw: <enabled/>, unchecked: ingested by our own ADMX }
        Camera/AllowCamera: { value: 7, unchecked: a value of tomorrow }
        ./Vendor/MSFT/Contoso/Count: { type: integer, value: 5, unchecked: ours }
        ./Device/Vendor/Contoso/Ratio: { type: float, value: 0.1, unchecked: ours }
        ./Device/Vendor/Contoso/Whole: { type: float, value: 2, unchecked: ours }
        ./Device/Vendor/Contoso/Since: { type: datetime, value: 2027-03-31T08:00:00+02:00, unchecked: ours }
        ./Device/Vendor/Contoso/Until: { type: datetime, value: '2027-03-31T08:00:00.5Z', unchecked: ours }
        ./Device/Vendor/Contoso/Bytes: { type: base64, base64: 'AAEC /w==', unchecked: ours }
        ./Device/Vendor/Contoso/Flag: { type: boolean, value: TRUE, unchecked: ours }
        ./Device/Vendor/Contoso/Xml: { type: xml, raw: '<a  b="c"/>', unchecked: ours }
        "#,
    );
    assert_snapshot!(said, @r#"
    ./Device/Vendor/Contoso/Bytes | base64 | AAEC/w==
    ./Device/Vendor/Contoso/Flag | boolean | true
    ./Device/Vendor/Contoso/Ratio | float | 0.1
    ./Device/Vendor/Contoso/Since | datetime | 2027-03-31T06:00:00Z
    ./Device/Vendor/Contoso/Until | datetime | 2027-03-31T08:00:00.5Z
    ./Device/Vendor/Contoso/Whole | float | 2
    ./Device/Vendor/Contoso/Xml | xml | <a  b="c"/>
    ./Device/Vendor/MSFT/BitLocker/EncryptionMethodByDriveType | string | <enabled/><data id="EncryptionMethodWithXtsOsDropDown_Name" value="7"/>
    ./Device/Vendor/MSFT/Contoso/Count | integer | 5
    ./Device/Vendor/MSFT/Policy/Config/Camera/AllowCamera | integer | 7
    ./Device/Vendor/MSFT/Policy/Config/Contoso~Policy~Printing/Mode | string | <enabled/>
    "#);
}

#[test]
fn a_stated_registry_form_does_not_change_the_value() {
    let said = compiled(
        r"
        Experience/AllowWindowsConsumerFeatures:
          value: 0
          registry: { 'HKLM\SOFTWARE\Policies\Microsoft\Windows\CloudContent': { DisableWindowsConsumerFeatures: 1 } }
        ",
    );
    assert_snapshot!(said, @"./Device/Vendor/MSFT/Policy/Config/Experience/AllowWindowsConsumerFeatures | integer | 0");
}

#[test]
fn numbers_on_text_nodes_keep_their_spelling() {
    let said = compiled(
        "
        LocalPoliciesSecurityOptions/InteractiveLogon_NumberOfPreviousLogonsToCache: 0123
        LocalPoliciesSecurityOptions/InteractiveLogon_MessageTitleForUsersAttemptingToLogOn: 1.50
        NetworkProxy/ProxyServer/ProxyAddress: 1e3
        NetworkProxy/SetupScriptUrl: yes
        LAPS/Policies/AdministratorAccountName: true
        NetworkProxy/ProxyServer/Exceptions: [007, 1.50, true]
        ADMX_CredentialProviders/DefaultCredentialProvider: { enabled: 0042 }
        ",
    );
    assert_snapshot!(said, @r#"
    ./Device/Vendor/MSFT/LAPS/Policies/AdministratorAccountName | string | true
    ./Device/Vendor/MSFT/NetworkProxy/ProxyServer/Exceptions | string | 007;1.50;true
    ./Device/Vendor/MSFT/NetworkProxy/ProxyServer/ProxyAddress | string | 1e3
    ./Device/Vendor/MSFT/NetworkProxy/SetupScriptUrl | string | yes
    ./Device/Vendor/MSFT/Policy/Config/ADMX_CredentialProviders/DefaultCredentialProvider | string | <enabled/><data id="DefaultCredentialProvider_Message" value="0042"/>
    ./Device/Vendor/MSFT/Policy/Config/LocalPoliciesSecurityOptions/InteractiveLogon_MessageTitleForUsersAttemptingToLogOn | string | 1.50
    ./Device/Vendor/MSFT/Policy/Config/LocalPoliciesSecurityOptions/InteractiveLogon_NumberOfPreviousLogonsToCache | string | 0123
    "#);
}

#[test]
fn unicode_is_not_changed() {
    let said = compiled(
        r#"
        Personalization/CompanyName: "Contoso 'Größe' 🙂 100 %"
        NetworkProxy/ProxyServer/ProxyAddress: |
          first # no comment
          second
        NetworkProxy/SetupScriptUrl: >-
          folded
          into one line
        "#,
    );
    assert_snapshot!(said, @"
    ./Device/Vendor/MSFT/NetworkProxy/ProxyServer/ProxyAddress | string | first # no comment␊second␊
    ./Device/Vendor/MSFT/NetworkProxy/SetupScriptUrl | string | folded into one line
    ./Device/Vendor/MSFT/Personalization/CompanyName | string | Contoso 'Größe' 🙂 100 %
    ");
}

/// `.ci/editor` checks the same file with the YAML language server.
#[test]
fn every_form_that_an_editor_accepts_is_valid() {
    let forms = include_str!("../../editor/forms.yaml").replace("\r\n", "\n");
    let said = compiled(forms.split_once("settings:\n").unwrap().1);
    let problems: Vec<&str> = said.lines().filter(|line| !line.starts_with("./")).collect();
    assert!(problems.is_empty() && said.lines().count() > 40, "{}", problems.join("\n"));
}

#[test]
fn enums_and_flags() {
    let said = compiled(
        "
        Cryptography/ConfigureSystemCryptographyForceStrongKeyProtection: [Force high protection, 1]
        Defender/Configuration/PassiveRemediation: [0x1, 0x4]
        Firewall/MdmStore/FirewallRules/A/Profiles: 7
        Firewall/MdmStore/FirewallRules/A/Enabled: 1
        Firewall/MdmStore/FirewallRules/B/Enabled: enabled
        Firewall/MdmStore/FirewallRules/C/Enabled: true
        Firewall/MdmStore/FirewallRules/D/Enabled: 0
        Firewall/MdmStore/FirewallRules/A/Direction: in
        Firewall/MdmStore/FirewallRules/A/InterfaceTypes: [wireless, MobileBroadband]
        Firewall/MdmStore/FirewallRules/B/InterfaceTypes: Lan,Wireless
        Firewall/MdmStore/FirewallRules/A/LocalPortRanges: [80, 100-120]
        Defender/Configuration/ExcludedIpAddresses: [10.0.0.1, '::1']
        LocalPoliciesSecurityOptions/Audit_AuditTheUseOfBackupAndRestoreprivilege: Enable
        ApplicationManagement/BlockNonAdminUserInstall: 0
        User/EMAIL2/{11112222-3333-4444-5555-666677778888}/RETRIEVE: -1
        DevicePreparation/PageSettings: '{ \"AgentDownloadTimeoutSeconds\": 900 }'
        BitLocker/SystemDrivesMinimumPINLength: { enabled: 8 }
        ",
    );
    assert_snapshot!(said, @r#"
    policies/values.yaml:18:3 Microsoft lists this node for preview builds only: released builds may not have it
    ./Device/Vendor/MSFT/BitLocker/SystemDrivesMinimumPINLength | string | <enabled/><data id="MinPINLength" value="8"/>
    ./Device/Vendor/MSFT/Defender/Configuration/ExcludedIpAddresses | string | 10.0.0.1|::1
    ./Device/Vendor/MSFT/Defender/Configuration/PassiveRemediation | integer | 5
    ./Device/Vendor/MSFT/DevicePreparation/PageSettings | string | { "AgentDownloadTimeoutSeconds": 900 }
    ./Device/Vendor/MSFT/Firewall/MdmStore/FirewallRules/A/Direction | string | IN
    ./Device/Vendor/MSFT/Firewall/MdmStore/FirewallRules/A/Enabled | boolean | true
    ./Device/Vendor/MSFT/Firewall/MdmStore/FirewallRules/A/InterfaceTypes | string | Wireless,MBB
    ./Device/Vendor/MSFT/Firewall/MdmStore/FirewallRules/A/LocalPortRanges | string | 80,100-120
    ./Device/Vendor/MSFT/Firewall/MdmStore/FirewallRules/A/Profiles | integer | 7
    ./Device/Vendor/MSFT/Firewall/MdmStore/FirewallRules/B/Enabled | boolean | true
    ./Device/Vendor/MSFT/Firewall/MdmStore/FirewallRules/B/InterfaceTypes | string | Lan,Wireless
    ./Device/Vendor/MSFT/Firewall/MdmStore/FirewallRules/C/Enabled | boolean | true
    ./Device/Vendor/MSFT/Firewall/MdmStore/FirewallRules/D/Enabled | boolean | false
    ./Device/Vendor/MSFT/Policy/Config/ApplicationManagement/BlockNonAdminUserInstall | integer | 0
    ./Device/Vendor/MSFT/Policy/Config/Cryptography/ConfigureSystemCryptographyForceStrongKeyProtection | integer | 3
    ./Device/Vendor/MSFT/Policy/Config/LocalPoliciesSecurityOptions/Audit_AuditTheUseOfBackupAndRestoreprivilege | base64 | AQ==
    ./User/Vendor/MSFT/EMAIL2/{11112222-3333-4444-5555-666677778888}/RETRIEVE | string | -1
    "#);
}

#[test]
fn a_user_right_is_a_set_of_accounts() {
    let said = compiled(
        r"
        UserRights/AllowLocalLogOn: [Users, Administrators, 'builtin\Users', '*S-1-5-32-544', Hyper-V Administrators]
        UserRights/BackupFilesAndDirectories: ['', Backup Operators]
        UserRights/DenyLocalLogOn: [NT SERVICE\ALL SERVICES, Contoso\Users, System]
        ",
    );
    assert_snapshot!(said, @r"
    ./Device/Vendor/MSFT/Policy/Config/UserRights/AllowLocalLogOn | string | *S-1-5-32-544␟*S-1-5-32-545␟*S-1-5-32-578
    ./Device/Vendor/MSFT/Policy/Config/UserRights/BackupFilesAndDirectories | string | *S-1-5-32-551
    ./Device/Vendor/MSFT/Policy/Config/UserRights/DenyLocalLogOn | string | *S-1-5-18␟*S-1-5-80-0␟Contoso\Users
    ");
}

#[test]
fn the_default_of_windows_is_always_accepted() {
    let said = compiled(
        "
        DeviceLock/MaxInactivityTimeDeviceLockWithExternalDisplay: 0
        DeliveryOptimization/DOCacheHostSource: 0
        Bluetooth/SetMinimumEncryptionKeySize: 0
        KioskBrowser/RestartOnIdleTime: 0
        ",
    );
    assert_snapshot!(said, @"
    ./Device/Vendor/MSFT/Policy/Config/Bluetooth/SetMinimumEncryptionKeySize | integer | 0
    ./Device/Vendor/MSFT/Policy/Config/DeliveryOptimization/DOCacheHostSource | integer | 0
    ./Device/Vendor/MSFT/Policy/Config/DeviceLock/MaxInactivityTimeDeviceLockWithExternalDisplay | integer | 0
    ./Device/Vendor/MSFT/Policy/Config/KioskBrowser/RestartOnIdleTime | integer | 0
    ");
}
