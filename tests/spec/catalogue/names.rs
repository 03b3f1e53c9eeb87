//! Correct and incorrect names of settings, and payloads.

use super::node;
use crate::harness::repository::{Repository, briefly, check, check_briefly};

#[test]
fn names_that_do_not_exist() {
    let said = check_briefly(
        r#"
        name: Names
        settings:
          Logon/HideFastUserSwitching: 0
          ./Device/Vendor/MSFT/Polices/Config/Authentication/AllowAadPasswordReset: 1
          ./device/Vendor/MSFT/Policy/Config/Camera/AllowCamera: 1
          ./Vendor/MSFT/Policy/Config/Start/HideLock: 1
          .\Device\Vendor\MSFT\Policy\Config\camera\AllowCamera: 1
          Device/Vendor/MSFT/Policy/Config/AboveLock/AllowToasts: 1
          Authentication / AllowAadPasswordReset: 1
          Camera//AllowCamera: 1
          HideFastUserSwitching: 1
          DevDetail/DevTyp: x
          Contoso/Nothing: 1
          Foo: 1
        "#,
    );
    insta::assert_snapshot!(said);
}

#[test]
fn names_of_the_other_scope_and_their_twins() {
    let said = check_briefly(
        "
        name: Scopes
        settings:
          Experience/AllowWindowsSpotlight: 0
          User/Authentication/AllowAadPasswordReset: 1
          ./User/Vendor/MSFT/Policy/Config/Camera/AllowCamera: 1
          ./Vendor/MSFT/Policy/Config/Experience/AllowTailoredExperiencesWithDiagnosticData: 1
          ADMX_AppCompat/AppCompatTurnOffProgramCompatibilityAssistant_1: enabled
          User/ADMX_AppCompat/AppCompatTurnOffProgramCompatibilityAssistant_2: enabled
        ",
    );
    insta::assert_snapshot!(said);
}

#[test]
fn folders_and_names_in_both_an_area_and_a_csp() {
    let said = check(
        "
        name: Folders
        settings:
          ./Device/Vendor/MSFT/Policy/Config/WindowsLogon: 1
          Defender: 1
          csp:Update: 1
          csp:Defender/AllowRealtimeMonitoring: 1
          Defender/TamperProtection: x
          Defender/AllowArchiveScanning: 1
          csp:Defender/Configuration/TamperProtection: x
        ",
    );
    insta::assert_snapshot!(said);
}

#[test]
fn placeholders_for_names() {
    let said = check_briefly(
        r#"
        name: Placeholders
        settings:
          VPNv2/Contoso VPN/AlwaysOn: true
          "VPNv2/{11112222-3333-4444-5555-666677778888}/AlwaysOn": true
          PassportForWork/{TenantId}/Policies/EnablePinRecovery: true
          VPNv2/{ProfileName}/RememberCredentials: true
          NAP/Contoso/Addr: 10.0.0.1
          NAP/*/Addr: 10.0.0.1
          Firewall/MdmStore/FirewallRules/{FirewallRuleName}/Enabled: true
          ./Device/Vendor/MSFT/VPNv2/Contoso/AlwaysOnn: true
          vpnv2/Contoso/LockDown: true
          VPNv2/Contoso: true
          VPNv2/AlwaysOn: true
          PassportForWork/Contoso/Policies/UsePassportForWork: true
          PassportForWork/{TenantId}/Polices/UseCertificateForOnPremAuth: true
        "#,
    );
    insta::assert_snapshot!(said);
}

#[test]
fn nodes_that_cannot_be_set_or_not_read_back() {
    let said = check_briefly(
        "
        name: Access
        settings:
          Reboot/RebootNow: x
          Personalization/LockScreenImageStatus: 1
          Accounts/Domain/ComputerName: PC
          Firewall/MdmStore/DomainProfile/EnableFirewall: true
          NetworkProxy/AutoDetect: 1
          AboveLock/AllowActionCenterNotifications: 1
          DevicePreparation/PageSettings: '{}'
        ",
    );
    insta::assert_snapshot!(said);
}

#[test]
fn the_edition_that_must_be_supported() {
    let policy = |windows: &str| {
        check_briefly(&format!(
            "name: Editions\nwindows: {windows}\nsettings: {{ Authentication/AllowAadPasswordReset: 1, BitLocker/RequireDeviceEncryption: 1 }}\n"
        ))
    };
    let floors = [
        "\"10 1803\"",
        "\"10 1803 Home\"",
        "\"11 23H2 Enterprise\"",
        "\"11 24H2 IoT Enterprise LTSC\"",
        "22631 Pro",
        "\"10 1607 HoloLens\"",
        "\"11 24H2 Enterprize\"",
        "\"11 24H9\"",
    ];
    let said: String = floors.into_iter().map(|floor| format!("windows: {floor}\n{}", policy(floor))).collect();
    insta::assert_snapshot!(said);
}

#[test]
fn values_that_the_node_does_not_accept() {
    let policy = r#"
        name: Values
        settings:
          Defender/Configuration/DisableCoreServiceTelemetry: 2
          Firewall/MdmStore/FirewallRules/A/Profiles: 0x80000000
          Firewall/MdmStore/FirewallRules/A/Enabled: maybe
          Firewall/MdmStore/FirewallRules/A/LocalPortRanges: [80, http]
          Firewall/MdmStore/FirewallRules/A/InterfaceTypes: [wireless, Moon]
          Firewall/MdmStore/FirewallRules/A/RemotePortRanges: [80, '443,8080']
          DMClient/Provider/MS DM Server/ForceAadToken: 2
          DeliveryOptimization/DOMaxCacheAge: 4294967295
          DeliveryOptimization/DOAbsoluteMaxCacheSize: -1
          DeviceLock/MaxInactivityTimeDeviceLock: 1000
          Personalization/CompanyName: A name that is much longer than thirty characters
          AppLocker/ApplicationLaunchRestrictions/A/EXE/Policy: <RuleCollection><Rule></RuleCollection>
          AppLocker/ApplicationLaunchRestrictions/B/EXE/Policy: { file: cut-off.xml }
          AppLocker/ApplicationLaunchRestrictions/C/EXE/Policy: { raw: '<A/><B/>' }
          DevicePreparation/PageSettings: '{"a": }'
          UserRights/AllowLocalLogOn: Administrators, Users
          Authentication/AllowAadPasswordReset: { raw: '2' }
        "#;
    let repository = Repository::lab().with("policies/policy.yaml", policy);
    insta::assert_snapshot!(briefly(&repository.with("policies/cut-off.xml", "<RuleCollection>\n  <Rule>\n")));
}

#[test]
fn payloads_that_the_policy_does_not_accept() {
    let said = check(
        r#"
        name: Payloads
        settings:
          WindowsLogon/DisableLockScreenAppNotifications: 1
          ADMX_CredentialProviders/DefaultCredentialProvider: 1
          ADMX_ICM/CEIPEnable: not configured
          WindowsLogon/ConfigAutomaticRestartSignOn: { enabled: { configautomaticrestartsignondescription: 1 } }
          BitLocker/EncryptionMethodByDriveType: { enabled: true }
          BitLocker/SystemDrivesMinimumPINLength: { enabled: 3 }
          ADMX_PowerShellExecutionPolicy/EnableScripts: { enabled: AllSignd }
          BitLocker/FixedDrivesEncryptionType: <enabled/><data id="FDVEncryptionTypeDropDown_Name" value="9"/>
          BitLocker/SystemDrivesRecoveryMessage: enabled
          User/ADMX_EAIME/L_TurnOnLexiconUpdate: { raw: <enabled/>, unchecked: its elements are not known }
        "#,
    );
    insta::assert_snapshot!(said);
}

#[test]
fn unambiguous_mistakes_are_fixed() {
    let policy = r#"
        name: Fixes
        settings:
          Camera//AllowCamera: 1
          " AboveLock/AllowToasts": 1
          Eap/AllowTLS1_3: '1 '
          WindowsLogon/HideFastUserSwitching: ' disabled (visible) '
          WindowsLogon/DisableLockScreenAppNotifications: 0
          ADMX_ICM/CEIPEnable: yes
          ADMX_CredentialProviders/DefaultCredentialProvider: 1
          WindowsLogon/ConfigAutomaticRestartSignOn: { enabled: { configautomaticrestartsignondescription: 1 } }
          Start/HideLock: true
          BitLocker/SystemDrivesMinimumPINLength: { enabled: '8' }
          SharedPC/EnableSharedPCMode: yes
          Firewall/MdmStore/FirewallRules/A/Enabled: on
          PassportForWork/{TenantId}/Policies/EnablePinRecovery: ${var:minutes}
          UnifiedWriteFilter/NextSession/HORMEnabled: 1
        "#;
    let repository = Repository::lab().with("policies/policy.yaml", policy);
    let said = repository.run("check --fix --quiet");
    insta::assert_snapshot!(format!("{}\n{said}", repository.read("policies/policy.yaml")));
}

#[test]
fn releases_that_share_their_updates_share_their_backports() {
    let node = node("ADMX_ControlPanelDisplay/CPL_Personalization_NoLockScreen");
    // 19041.1202 and the like: an enablement package turns 2004 into 22H2. 1909 did not get the update.
    let on = [18363, 19041, 19045, 22000, 26200].map(|build| node.on_build(build));
    assert_eq!(on, [false, true, true, true, true]);
}

#[test]
fn the_other_names_of_a_group_policy_find_the_setting() {
    let said = check_briefly(
        "name: A\nsettings:\n  Hide entry points for Fast User Switching: 1\n  device_vendor_msft_policy_config_windowslogon_hidefastuserswitching: 1\n  'Interactive logon: Require smart card': 1\n",
    );
    insta::assert_snapshot!(said);
}

#[test]
fn values_that_cannot_be_sent_to_devices_are_refused() {
    let said = check_briefly(
        "name: A\nsettings:\n  LocalPoliciesSecurityOptions/Accounts_RenameAdministratorAccount: \"a\\x01b\"\n  Defender/ExcludedPaths: ['C:\\a', '']\n  EventLogService/SpecifyMaximumFileSizeSecurityLog: '<enabled/><disabled/>'\n  EventLogService/SpecifyMaximumFileSizeSystemLog: '<enabled><data id=\"Channel_LogMaxSize\" value=\"20480\"/>'\n  ADMX_EventLog/Channel_LogEnabled: '<enabled/><data id=\"a\" value=\"1\"/><data id=\"a\" value=\"2\"/>'\n",
    );
    insta::assert_snapshot!(said);
}
