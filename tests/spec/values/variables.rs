//! Variables and secrets in values.

use insta::assert_snapshot;
use sspr_policy::compile::Secrets;

use super::{compiled, compiled_with};

#[test]
fn variables_keep_their_type() {
    let said = compiled(
        "
        LocalPoliciesSecurityOptions/InteractiveLogon_MachineInactivityLimit: ${var:seconds}
        LAPS/Policies/PasswordAgeDays: ${var:minutes}
        Personalization/LockScreenImageUrl: ${var:image}
        Personalization/DesktopImageUrl: ${var:image}?after=${var:minutes}&literal=$${var:image}
        SharedPC/EnableSharedPCMode: ${var:pin}
        Camera/AllowCamera: ${var:allowed}
        UserRights/AllowLocalLogOn: ${var:admins}
        UserRights/DenyLocalLogOn: ['${var:image}', Guests]
        NetworkProxy/ProxyServer/Exceptions: ${var:codes}
        LocalPoliciesSecurityOptions/InteractiveLogon_NumberOfPreviousLogonsToCache: ${var:minutes}
        LAPS/Policies/AdministratorAccountName: costs $5 and $${HOME}
        ",
    );
    assert_snapshot!(said, @r"
    ./Device/Vendor/MSFT/LAPS/Policies/AdministratorAccountName | string | costs $5 and ${HOME}
    ./Device/Vendor/MSFT/LAPS/Policies/PasswordAgeDays | integer | 15
    ./Device/Vendor/MSFT/NetworkProxy/ProxyServer/Exceptions | string | 7
    ./Device/Vendor/MSFT/Personalization/DesktopImageUrl | string | https://contoso.example/lock.jpg?after=15&literal=${var:image}
    ./Device/Vendor/MSFT/Personalization/LockScreenImageUrl | string | https://contoso.example/lock.jpg
    ./Device/Vendor/MSFT/Policy/Config/Camera/AllowCamera | integer | 1
    ./Device/Vendor/MSFT/Policy/Config/LocalPoliciesSecurityOptions/InteractiveLogon_MachineInactivityLimit | integer | 900
    ./Device/Vendor/MSFT/Policy/Config/LocalPoliciesSecurityOptions/InteractiveLogon_NumberOfPreviousLogonsToCache | string | 15
    ./Device/Vendor/MSFT/Policy/Config/UserRights/AllowLocalLogOn | string | *S-1-5-32-544␟Contoso\Helpdesk
    ./Device/Vendor/MSFT/Policy/Config/UserRights/DenyLocalLogOn | string | *S-1-5-32-546␟https://contoso.example/lock.jpg
    ./Device/Vendor/MSFT/SharedPC/EnableSharedPCMode | boolean | true
    ");
}

#[test]
fn a_secret_is_in_the_value_and_not_in_messages() {
    let policy = "
        NetworkProxy/SetupScriptUrl: https://contoso.example/${env:TOKEN}/proxy.pac
        Personalization/CompanyName: ${secret-file:name.txt}
        Contoso/Bytes: { base64: '${env:BYTES}', type: base64, unchecked: ours }
        ADMX_CredentialProviders/DefaultCredentialProvider: { enabled: '${env:PROVIDER_OF_THE_SIGN_IN_SCREEN_OF_CONTOSO}' }
        ";
    assert_snapshot!(compiled(policy), @r#"
    ./Device/Vendor/MSFT/NetworkProxy/SetupScriptUrl | string | https://contoso.example/${env:TOKEN}/proxy.pac   (shown as https://contoso.example/${env:TOKEN}/proxy.pac)
    ./Device/Vendor/MSFT/Personalization/CompanyName | string | ${secret-file:name.txt}   (shown as ${secret-file:name.txt})
    ./Device/Vendor/MSFT/Policy/Config/ADMX_CredentialProviders/DefaultCredentialProvider | string | <enabled/><data id="DefaultCredentialProvider_Message" value="${env:PROVIDER_OF_THE_SIGN_IN_SCREEN_OF_CONTOSO}"/>   (shown as <enabled/><data id="DefaultCredentialProvider_Message" value="${env:PROVIDER_OF_THE_SIGN_IN_SCREEN_OF_CONTOSO}"/>)
    ./Device/Vendor/MSFT/Policy/Config/Contoso/Bytes | base64 | JHtlbnY6QllURVN9   (shown as ${env:BYTES})
    "#);
    let secret = |name: &str, value: &str| (name.to_string(), Ok(value.to_string()));
    let secrets = Secrets::Values(
        [
            secret("env:TOKEN", "hunter2"),
            secret("secret-file:name.txt", "Contoso"),
            secret("env:BYTES", "aGk="),
            secret("env:PROVIDER_OF_THE_SIGN_IN_SCREEN_OF_CONTOSO", "{D6886603}"),
        ]
        .into(),
    );
    assert_snapshot!(compiled_with(policy, &secrets), @r#"
    ./Device/Vendor/MSFT/NetworkProxy/SetupScriptUrl | string | https://contoso.example/hunter2/proxy.pac   (shown as https://contoso.example/${env:TOKEN}/proxy.pac)
    ./Device/Vendor/MSFT/Personalization/CompanyName | string | Contoso   (shown as ${secret-file:name.txt})
    ./Device/Vendor/MSFT/Policy/Config/ADMX_CredentialProviders/DefaultCredentialProvider | string | <enabled/><data id="DefaultCredentialProvider_Message" value="{D6886603}"/>   (shown as <enabled/><data id="DefaultCredentialProvider_Message" value="${env:PROVIDER_OF_THE_SIGN_IN_SCREEN_OF_CONTOSO}"/>)
    ./Device/Vendor/MSFT/Policy/Config/Contoso/Bytes | base64 | aGk=   (shown as ${env:BYTES})
    "#);
}

#[test]
fn a_secret_is_always_text() {
    let policy = "
        WindowsLogon/EnableMPRNotifications: ${env:STATE}
        WindowsLogon/ConfigAutomaticRestartSignOn: { enabled: '${env:MODE}' }
        ";
    assert_snapshot!(compiled(policy), @"
    policies/values.yaml:3:40 a secret cannot be used here: the state of an ADMX-backed policy is `enabled`, `disabled` or a payload
    policies/values.yaml:4:57 `ConfigAutomaticRestartSignOnDescription` takes 0, 1 (Always Enabled): this is text
    ");
    let secret = |name: &str, value: &str| (name.to_string(), Ok(value.to_string()));
    let secrets = Secrets::Values([secret("env:STATE", "enabled"), secret("env:MODE", "1")].into());
    assert_snapshot!(compiled_with(policy, &secrets), @"
    policies/values.yaml:3:40 a secret cannot be used here: the state of an ADMX-backed policy is `enabled`, `disabled` or a payload
    policies/values.yaml:4:57 `ConfigAutomaticRestartSignOnDescription` takes 0, 1 (Always Enabled): this is text
    ");
}

#[test]
fn problems_with_a_variable_are_reported_where_it_is_used() {
    assert_snapshot!(compiled("\n        UserRights/AllowLocalLogOn: ${var:joined}\n"), @"policies/values.yaml:3:31 an item contains `U+F000`, which is the separator of the list: Windows would read it as two items");
}
