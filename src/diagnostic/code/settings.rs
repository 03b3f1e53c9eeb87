//! Settings: names and values under `settings:`.

use super::about::About;

pub(super) static UNKNOWN_SETTING: About = About {
    number: "SP0201",
    title: "This setting is not known",
    explanation: "The catalogue of Windows settings has no setting with this name. It may be misspelled, its case may \
                  be wrong (Windows distinguishes upper and lower case), or it may be the name of a folder of \
                  settings. Use the suggested name, or look it up with `sspr-policy catalogue search WORD`. For a \
                  setting that the catalogue really lacks, write `type:`, the value, and `unchecked:` with the reason.",
    example: Some(
        "\
settings:
  Authentication/AllowAadPasswordRest: 1      # …PasswordReset
",
    ),
};

pub(super) static WRONG_SCOPE: About = About {
    number: "SP0202",
    title: "The setting does not exist in this scope",
    explanation: "Windows has device settings and user settings. This one exists in the other scope only. Write the \
                  name in the scope that the message shows.",
    example: Some(
        "\
settings:
  Device/ADMX_WinLogon/CustomShell: disabled  # User/ADMX_WinLogon/CustomShell
",
    ),
};

pub(super) static WRONG_VALUE_TYPE: About = About {
    number: "SP0203",
    title: "The value has the wrong type",
    explanation: "The setting is known, and its value is of a type that it does not take: text in place of a number, a \
                  list in place of one value, `enabled:` on a setting that is not ADMX-backed, or Base64 that cannot \
                  be decoded. Write a value of the type that the message names.",
    example: Some(
        "\
settings:
  LAPS/Policies/PasswordAgeDays: thirty       # 30
",
    ),
};

pub(super) static VALUE_NOT_ALLOWED: About = About {
    number: "SP0204",
    title: "The setting does not allow this value",
    explanation: "The value has the right type, but Windows or Intune does not accept it for this setting. The label \
                  lists what it takes. Write one of those values, by number or by label.",
    example: Some(
        "\
settings:
  Authentication/AllowAadPasswordReset: 2     # takes 0 or 1
",
    ),
};

pub(super) static SET_TWICE: About = About {
    number: "SP0205",
    title: "The same thing is set twice in one policy",
    explanation: "A policy sets one Windows setting or registry value twice, in two spellings. A device can only have \
                  one of the two values. Remove one.",
    example: Some(
        "\
settings:
  Authentication/AllowAadPasswordReset: 1
  ./Device/Vendor/MSFT/Policy/Config/Authentication/AllowAadPasswordReset: 0
",
    ),
};

pub(super) static TOO_MANY_SETTINGS: About = About {
    number: "SP0206",
    title: "A policy has too many settings",
    explanation: "Intune accepts at most 1,000 settings in one custom profile. Split the policy.",
    example: None,
};

pub(super) static INVALID_PAYLOAD: About = About {
    number: "SP0208",
    title: "The elements of an ADMX-backed policy are wrong",
    explanation: "An ADMX-backed policy that is enabled needs a value for each of its elements, by the element's ID, \
                  and has no others. A device rejects a payload that does not fit. The message names the element; \
                  `sspr-policy explain NAME` shows all elements of a setting.",
    example: Some(
        "\
settings:
  WindowsLogon/ConfigAutomaticRestartSignOn: enabled
  # { enabled: { ConfigAutomaticRestartSignOnDescription: 0 } }
",
    ),
};

pub(super) static WINDOWS_TOO_OLD: About = About {
    number: "SP0209",
    title: "The oldest Windows release does not have this setting",
    explanation: "`windows:` names a release that does not have the setting yet. Devices with that release will report \
                  an error for it. Raise `windows:`, or move the setting to a separate policy.",
    example: Some(
        "\
windows: \"10 1703\"
settings:
  Authentication/AllowAadPasswordReset: 1     # available since 1709
",
    ),
};

pub(super) static DEPRECATED_SETTING: About = About {
    number: "SP0210",
    title: "Microsoft has deprecated this setting",
    explanation: "The setting still works where it exists, but Microsoft marks it as deprecated and may remove it. \
                  Look for its replacement in Microsoft's documentation, and plan to switch.",
    example: None,
};

pub(super) static INVALID_LIST_ITEM: About = About {
    number: "SP0211",
    title: "An item of a list cannot be sent",
    explanation: "The items of a list are sent to Windows as one text with a separator between them. An item that is \
                  empty, or that has the separator in it, would be read as something else. Write each item on its own, \
                  without the separator.",
    example: Some(
        "\
settings:
  UserRights/AccessFromNetwork: \"Administrators, Users\"   # [ Administrators, Users ]
",
    ),
};

pub(super) static EDITION_LACKS_SETTING: About = About {
    number: "SP0212",
    title: "This edition of Windows does not have this setting",
    explanation: "`windows:` names an edition, such as Home, that does not have the setting. Devices of this edition \
                  will report an error for it. Move the setting to a separate policy.",
    example: Some(
        "\
windows: \"11 24H2 Home\"
settings:
  Authentication/AllowAadPasswordReset: 1     # not on Home
",
    ),
};

pub(super) static PREVIEW_ONLY: About = About {
    number: "SP0213",
    title: "Microsoft lists this setting for preview builds only",
    explanation: "Released builds of Windows may not have the setting yet. Microsoft's list often keeps this mark \
                  after the release, so try the setting on one device first.",
    example: None,
};

pub(super) static WRITE_ONLY_SETTING: About = About {
    number: "SP0214",
    title: "This setting can be written but not read",
    explanation: "Windows does not return the setting's value, and Intune reports an error for a setting that it \
                  cannot read back. The setting may still take effect. Check the effect on a device, and expect the \
                  error in Intune's report.",
    example: None,
};

pub(super) static PLACEHOLDER_LEFT: About = About {
    number: "SP0215",
    title: "A placeholder in a setting's name was not replaced",
    explanation: "Some names have a part that you choose, such as the name of a VPN profile; the catalogue shows it in \
                  braces. Windows would take the braces literally. Write your own name in place of the braces. Only \
                  `{TenantId}` may stay: it becomes the tenant's ID.",
    example: Some(
        "\
settings:
  VPNv2/{ProfileName}/AlwaysOn: true          # VPNv2/Contoso/AlwaysOn
",
    ),
};

pub(super) static NOT_SETTABLE: About = About {
    number: "SP0216",
    title: "This setting cannot be set by a profile",
    explanation: "The name exists, but it does not take a value from a profile: it is a folder, a command, or a value \
                  that devices only report. Remove it from the policy.",
    example: Some(
        "\
settings:
  ./DevDetail/SwV: \"10.0\"                       # devices report their version with it
",
    ),
};

pub(super) static UNKNOWN_TYPE: About = About {
    number: "SP0217",
    title: "The type of this setting is not known",
    explanation: "The catalogue does not know which type of value the setting takes, so the value cannot be written. \
                  Add `type:` to the setting.",
    example: Some(
        "\
settings:
  ./Device/Vendor/Contoso/Mode: { value: 1, unchecked: \"vendor's manual\" }    # with type: integer
",
    ),
};

pub(super) static MASKED_VALUE: About = About {
    number: "SP0218",
    title: "The value is only Intune's mask",
    explanation: "Intune shows asterisks in place of values that it keeps secret. The policy would send the asterisks \
                  to devices, and the real value would be lost. Write the real value; write a secret as `${env:NAME}`.",
    example: Some(
        "\
settings:
  ./Device/Vendor/Contoso/Token: { value: \"****\", type: string, unchecked: \"vendor's manual\" }
",
    ),
};

pub(super) static CONTROL_CHARACTER: About = About {
    number: "SP0219",
    title: "The value has a control character",
    explanation: "Values are sent to devices as XML, which cannot hold most control characters. Remove the character; \
                  in YAML double quotes, a backslash may have made one by accident.",
    example: Some(
        "\
settings:
  Personalization/DesktopImageUrl: \"C:\\bin\\a.jpg\"    # 'C:\\bin\\a.jpg': \"\\b\" is a control character
",
    ),
};
