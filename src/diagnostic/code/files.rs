//! Files and YAML: why a file cannot be read as a policy or as the configuration.

use super::about::About;

pub(super) static UNREADABLE_FILE: About = About {
    number: "SP0101",
    title: "A file cannot be read",
    explanation: "A file or folder of the repository is not a regular, readable text file below its root: its name \
                  does not end in `.yaml`, it is a link that leads out of the repository, or the system refuses to \
                  open it. The label says which. Rename, replace or repair the file, or give the program permission to \
                  read it.",
    example: None,
};

pub(super) static INVALID_YAML: About = About {
    number: "SP0102",
    title: "The file is not valid YAML",
    explanation: "The file breaks YAML's rules or uses a part of YAML that is not supported here, such as several \
                  documents in one file. Correct the line that is shown; often quotes or an indent is missing.",
    example: Some(
        "\
name: Reset: pilot        # a colon inside text needs quotes: \"Reset: pilot\"
",
    ),
};

pub(super) static DUPLICATE_YAML_KEY: About = About {
    number: "SP0103",
    title: "A key is written twice",
    explanation: "The same key is written twice in one map. YAML programs silently drop one of the two values, so \
                  neither is used here. Keep one.",
    example: Some(
        "\
settings:
  Authentication/AllowAadPasswordReset: 1
  Authentication/AllowAadPasswordReset: 0
",
    ),
};

pub(super) static UNKNOWN_YAML_KEY: About = About {
    number: "SP0104",
    title: "A key is not known here",
    explanation: "The file has a key that a policy or the configuration does not have at this place. It is usually a \
                  typing error, or a key that belongs one level higher or lower. Correct the key, move it, or remove \
                  the line.",
    example: Some(
        "\
asignments:               # did you mean `assignments`?
  include: [ { all: devices } ]
",
    ),
};

pub(super) static WRONG_VALUE: About = About {
    number: "SP0105",
    title: "The value does not fit its key",
    explanation: "The key is known, and its value is missing, empty, out of range, or has another form than this key \
                  takes. The label says what is expected. Write a value of that form, or remove the line.",
    example: Some(
        "\
state: paused             # takes active, draft or retired
",
    ),
};

pub(super) static MISSING_PART: About = About {
    number: "SP0106",
    title: "A required part is missing",
    explanation: "The file or one of its maps does not have a key that it needs, or a policy sets nothing. Add what \
                  the message names.",
    example: Some(
        "\
name: Password reset      # and neither `settings:` nor `registry:`
",
    ),
};

pub(super) static EMPTY_FILE: About = About {
    number: "SP0107",
    title: "The file is empty",
    explanation: "A policy or configuration file has no content. Write it, or delete the file. `sspr-policy init` \
                  writes an example into an empty folder.",
    example: None,
};

pub(super) static INVALID_KEY: About = About {
    number: "SP0108",
    title: "A key cannot be used",
    explanation: "A policy's key identifies its profile in Intune. It comes from the path of the file, or from `key:`. \
                  It may have a-z, 0-9, `.`, `_`, `-` and `/`, and at most 128 characters. Rename the file, or write \
                  another `key:`.",
    example: Some(
        "\
key: Password Reset!      # for example: password-reset
",
    ),
};

pub(super) static UNSUPPORTED_DELIVERY: About = About {
    number: "SP0109",
    title: "This delivery is not supported yet",
    explanation: "This version delivers policies as custom OMA-URI profiles only. Write `deliver: custom`, or remove \
                  the line.",
    example: Some(
        "\
deliver: settings-catalog
",
    ),
};

pub(super) static UNKNOWN_WINDOWS_RELEASE: About = About {
    number: "SP0110",
    title: "This release or edition of Windows is not known",
    explanation: "`windows:` names the oldest release that must work, as a name such as \"10 1803\" or as a build \
                  number; an edition may follow. Correct the name; the message lists the known ones.",
    example: Some(
        "\
windows: \"11 24H3\"
",
    ),
};

pub(super) static DUPLICATE_KEY: About = About {
    number: "SP0111",
    title: "Two policies have the same key",
    explanation: "Each policy needs a key of its own, because the key identifies its profile in Intune. Two files have \
                  the same `key:`, or their paths lead to the same key. Give one of them another `key:`.",
    example: None,
};

pub(super) static INVALID_OWNER: About = About {
    number: "SP0112",
    title: "The owner cannot be used",
    explanation: "`owner:` in `sspr-policy.yaml` is written into the marker of every profile, so that profiles of \
                  other owners are left alone. It may have a-z, 0-9, `.`, `_` and `-`. The label says what is wrong \
                  with it.",
    example: Some(
        "\
owner: Contoso Endpoint Team      # for example: contoso-endpoint
",
    ),
};
