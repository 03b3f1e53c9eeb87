//! The configuration and references in policies: environments, targets, variables, secrets, files, waivers.

use super::about::About;

pub(super) static UNKNOWN_TARGET: About = About {
    number: "SP0401",
    title: "The environment has no target with this name",
    explanation: "`assignments:` names a target that neither the configuration nor the environment defines. Correct \
                  the name, or add the target under `targets:` in `sspr-policy.yaml`.",
    example: Some(
        "\
assignments: pilto        # targets: { pilot: … }
",
    ),
};

pub(super) static UNUSABLE_REFERENCE: About = About {
    number: "SP0402",
    title: "A `${…}` reference cannot be filled in",
    explanation: "The variable is not defined in the environment, the reference is not one of `${var:name}`, \
                  `${env:NAME}` and `${secret-file:path}`, or a list is used where text is needed. Define the \
                  variable under `variables:` of the environment, or correct the reference. To write a literal `${`, \
                  write `$${`.",
    example: Some(
        "\
settings:
  Personalization/LockScreenImageUrl: \"${image}\"    # ${var:image}
",
    ),
};

pub(super) static SECRET_NOT_ALLOWED: About = About {
    number: "SP0403",
    title: "A secret is not allowed here",
    explanation: "Names, descriptions, the state of a policy and values that Intune shows to every reader would expose \
                  the secret. Secrets can only be used in values that Intune masks: text, XML and Base64. Write a \
                  plain value or a variable here.",
    example: Some(
        "\
name: Reset ${env:TOKEN}
",
    ),
};

pub(super) static UNKNOWN_ENVIRONMENT: About = About {
    number: "SP0404",
    title: "There is no environment with this name",
    explanation: "A policy, or `default:` in the configuration, names an environment that `sspr-policy.yaml` does not \
                  define. Correct the name, or add the environment under `environments:`.",
    example: Some(
        "\
environments: [ prodction ]
",
    ),
};

pub(super) static FILTER_ON_EXCLUSION: About = About {
    number: "SP0405",
    title: "An excluded group cannot have a filter",
    explanation: "Microsoft Graph does not support filters on excluded groups. Put the filter on an included target \
                  instead, as `filter: { exclude: … }`.",
    example: Some(
        "\
assignments:
  exclude: [ { group: Kiosks, filter: Windows 11 } ]
",
    ),
};

pub(super) static DUPLICATE_TARGET: About = About {
    number: "SP0406",
    title: "The same target is listed twice",
    explanation: "Intune accepts each group, all devices and all users only once per profile, with one filter, and \
                  either included or excluded. Remove one of the two. A group's name and its ID may name the same \
                  group.",
    example: Some(
        "\
assignments:
  include: [ { group: Pilot } ]
  exclude: [ { group: Pilot } ]
",
    ),
};

pub(super) static DESCRIPTION_TOO_LONG: About = About {
    number: "SP0407",
    title: "The description is too long",
    explanation: "Intune accepts 1,500 characters. The marker that identifies a managed profile is added to the \
                  description and needs some of them. Shorten `description:`.",
    example: None,
};

pub(super) static SHARED_TENANT: About = About {
    number: "SP0408",
    title: "Two environments use the same tenant",
    explanation: "Two environments have the same tenant and the same owner, so each would undo the other's changes. \
                  Keep one of them, or give the other its own repository and owner.",
    example: Some(
        "\
environments:
  pilot: { tenant: contoso.com }
  production: { tenant: contoso.com }
",
    ),
};

pub(super) static UNKNOWN_RULE: About = About {
    number: "SP0409",
    title: "The waiver names a rule that does not exist",
    explanation: "`waive:` accepts a finding of a rule, by the rule's name or code. There is no rule with this name, \
                  so the waiver has no effect. Correct the name.",
    example: Some(
        "\
waive:
  - { rule: lock-screen-off, reason: tested, until: 2027-03-31 }
",
    ),
};

pub(super) static INVALID_SERVER: About = About {
    number: "SP0410",
    title: "The server's address cannot be used",
    explanation: "`graph_url:` and `login_url:` take an https address with a host and, where needed, a port. Plain \
                  http is only allowed for this computer. The label says what is wrong.",
    example: Some(
        "\
graph_url: http://graph.contoso.com       # https://…, or http://127.0.0.1:8899
",
    ),
};

pub(super) static INVALID_TENANT: About = About {
    number: "SP0411",
    title: "This is not a tenant's ID or domain",
    explanation: "`tenant:` takes the tenant's ID, one of its domains, or `sandbox`. Microsoft Entra shows the ID and \
                  the domains on the tenant's overview page.",
    example: Some(
        "\
tenant: Contoso Ltd.      # contoso.onmicrosoft.com
",
    ),
};

pub(super) static INVALID_APPLICATION: About = About {
    number: "SP0412",
    title: "This is not an application's ID",
    explanation: "`client_id:` takes the \"Application (client) ID\" that Microsoft Entra shows on the application's \
                  overview page. `init` writes zeros in its place for you to replace. The methods `token` and \
                  `azure-cli`, and managed identities, do not need one: remove the line there.",
    example: Some(
        "\
client_id: 00000000-0000-0000-0000-000000000000
",
    ),
};

pub(super) static SECRET_IN_FILE: About = About {
    number: "SP0413",
    title: "A secret is written in the configuration",
    explanation: "A password, key or token is written in `sspr-policy.yaml`, where everyone who can read the \
                  repository can read it. The message does not show the line. Treat the secret as exposed: revoke it, \
                  remove it from the file and from git's history, and put the new one into the environment variable \
                  that the message names.",
    example: Some(
        "\
fingerprint_key: not-a-real-key           # ${env:SSPR_POLICY_KEY}
",
    ),
};

pub(super) static UNREADABLE_SECRET: About = About {
    number: "SP0414",
    title: "A secret cannot be read",
    explanation: "`${env:NAME}` needs an environment variable of that name, and `${secret-file:path}` a file, on the \
                  computer that runs the plan. The message gives the reason. Set the variable or provide the file in \
                  your shell or pipeline.",
    example: None,
};

pub(super) static UNREADABLE_VALUE_FILE: About = About {
    number: "SP0415",
    title: "The file with a value cannot be read",
    explanation: "`file:` names a file, relative to the policy's folder, that does not exist, is outside the \
                  repository, is too large, or is not UTF-8 where the setting takes text. Correct the path or the \
                  file.",
    example: Some(
        "\
settings:
  Start/StartLayout: { file: layuot.xml }
",
    ),
};

pub(super) static UNREADABLE_CATALOGUE: About = About {
    number: "SP0416",
    title: "The repository's catalogue cannot be read",
    explanation: "`catalogue:` in the configuration names a file with the settings that Windows knows. It is missing \
                  or damaged, so no setting can be checked. Make one with `sspr-policy catalogue import DDF --out \
                  FILE`, or remove the line to use the built-in catalogue.",
    example: Some(
        "\
catalogue: catalogue.tsv
",
    ),
};

pub(super) static MARKER_IN_DESCRIPTION: About = About {
    number: "SP0417",
    title: "The description looks like a marker",
    explanation: "The last line of a managed profile's description is a marker, written by this program, that \
                  identifies the profile. `description:` has a line of that form, probably copied from Intune. Remove \
                  that line.",
    example: Some(
        "\
description: \"Managed by sspr-policy, do not edit: …\"
",
    ),
};

pub(super) static EXPIRED_WAIVER: About = About {
    number: "SP0418",
    title: "The waiver has expired",
    explanation: "The waiver's `until:` date has passed, so the finding counts again. Fix what the finding reports, or \
                  set a new date after you have looked at it again.",
    example: Some(
        "\
waive:
  - { rule: I01, reason: tested, until: 2024-01-31 }
",
    ),
};

pub(super) static UNUSED_WAIVER: About = About {
    number: "SP0419",
    title: "The waiver matches no finding",
    explanation: "The waiver accepts a finding that `check` does not report. The cause may be fixed, or the finding \
                  depends on a tenant and appears only in a plan. Remove the waiver, unless a plan reports the finding \
                  without it.",
    example: None,
};

pub(super) static RESERVED_VARIABLE: About = About {
    number: "SP0420",
    title: "A policy cannot use this environment variable",
    explanation: "`${env:NAME}` names a variable that signs somebody in or belongs to the pipeline, such as \
                  `AZURE_CLIENT_SECRET` or `GITHUB_TOKEN`. In a policy, its value would be sent to devices, and a pull \
                  request could get it that way. Put the secret into a variable with a name of your own.",
    example: Some(
        "\
settings:
  ./Vendor/MSFT/WiFi/Profile/Contoso/WlanXml: ${env:AZURE_CLIENT_SECRET}
",
    ),
};

pub(super) static UNTRUSTED_SERVER: About = About {
    number: "SP0421",
    title: "The server gets no credentials",
    explanation: "`graph_url:` or `login_url:` names a server that is not the cloud's own. A repository alone cannot \
                  decide that tokens, secrets or passwords are sent to it. If the server is yours, name its host in the \
                  environment variable `SSPR_POLICY_TRUSTED_HOSTS` where you run sspr-policy; several hosts are separated \
                  by commas. In `check` this is a warning, because the variable may be set only where you plan and apply.",
    example: None,
};

pub(super) static OWN_CATALOGUE: About = About {
    number: "SP0422",
    title: "The repository has its own catalogue",
    explanation: "`catalogue:` replaces the built-in catalogue, which decides what names and labels mean. The message \
                  lists each setting of the policies whose values or labels differ from the built-in catalogue. Compare \
                  them before you approve a plan, because a label can mean another value than you know.",
    example: None,
};
